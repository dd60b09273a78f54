// The signature of a query as pages of the site make it: a_bogus, in a script of the simulation's own.
// `page` has the clock, the window and the chance of a browser; `change` puts other constants in the place of the usual
// ones, as a new version of the site's script would.
function aBogus(query, body, page, change = {}) {
  const rotate = (x, n) => ((x << (n % 32)) | (x >>> (32 - (n % 32) || 32))) >>> 0;
  const utf8 = (text) => Array.from(new TextEncoder().encode(text));
  const word = (bytes, at) => ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;

  // SM3, GB/T 32905-2016.
  function sm3(message) {
    const bytes = [...message, 0x80];
    while (bytes.length % 64 !== 56) bytes.push(0);
    for (let shift = 56; shift >= 0; shift -= 8) bytes.push(Math.floor((message.length * 8) / 2 ** shift) % 256);
    let state = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
    const spread = (x, m, n) => (x ^ rotate(x, m) ^ rotate(x, n)) >>> 0;
    for (let block = 0; block < bytes.length; block += 64) {
      const w = Array.from({ length: 16 }, (_, i) => word(bytes, block + 4 * i));
      for (let i = 16; i < 68; i++) {
        w.push((spread((w[i - 16] ^ w[i - 9] ^ rotate(w[i - 3], 15)) >>> 0, 15, 23) ^ rotate(w[i - 13], 7) ^ w[i - 6]) >>> 0);
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i++) {
        const one = rotate((rotate(a, 12) + e + rotate(i < 16 ? 0x79cc4519 : 0x7a879d8a, i)) >>> 0, 7);
        const two = (one ^ rotate(a, 12)) >>> 0;
        const ff = i < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
        const gg = i < 16 ? e ^ f ^ g : (e & f) | (~e & g);
        const left = (ff + d + two + ((w[i] ^ w[i + 4]) >>> 0)) >>> 0;
        const right = (gg + h + one + w[i]) >>> 0;
        [d, c, b, a] = [c, rotate(b, 9), a, left];
        [h, g, f, e] = [g, rotate(f, 19), e, spread(right, 9, 17)];
      }
      state = [a, b, c, d, e, f, g, h].map((value, i) => (value ^ state[i]) >>> 0);
    }
    return state.flatMap((value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
  }

  // The stream of RC4 under a key.
  function* stream(key) {
    const box = Array.from({ length: 256 }, (_, i) => i);
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + box[i] + key[i % key.length]) % 256;
      [box[i], box[j]] = [box[j], box[i]];
    }
    for (let i = 1, j = 0; ; i = (i + 1) % 256) {
      j = (j + box[i]) % 256;
      [box[i], box[j]] = [box[j], box[i]];
      yield box[(box[i] + box[j]) % 256];
    }
  }
  const under = (values, keys) => values.map((value) => value ^ keys.next().value);

  // Base64 in an alphabet of the site's. Values wider than a byte run over into their neighbours.
  function spell(symbols, values) {
    let text = '';
    for (let at = 0; at < values.length; at += 3) {
      const three = values.slice(at, at + 3);
      const bits = (three[0] << 16) | ((three[1] ?? 0) << 8) | (three[2] ?? 0);
      for (let i = 0; i < 4; i++) text += i <= three.length ? symbols[(bits >> (18 - 6 * i)) & 63] : '=';
    }
    return text;
  }

  const twice = (text) => sm3(sm3([...utf8(text), ...utf8('cus')]));
  const agent = spell('ckdp1h4ZKsUB80/Mfvw36XIgR25+WQAlEi7NLboqYTOPuzmFjJnryx9HVGDaStCe',
    under(Array.from(page.agent, (c) => c.charCodeAt(0)), stream([0, 1, 14])));
  const digests = { P: twice(query), B: twice(body), N: sm3(utf8(agent)) };
  const [t0, t1] = [page.start, page.end];
  const { kind = 44, last = 3, aid = 6383, page: number = 0, options: [o0, o1, o2] = [0, 1, 14], tail = [0, 0, 0] } = change;
  const at = (value, place) => Math.floor(value / 256 ** place) % 256;
  const v = [];
  const put = (value, ...places) => places.forEach((place, i) => { v[place] = at(value, 3 - i); });
  put(t0, 1, 11, 21, 26);
  put(t1, 30, 31, 33, 34);
  put(o0, 3, 12, 22, 27);
  put(o1, 23, 28, 4, 15);
  put(o2, 5, 16, 25, 29);
  put(aid, 24, 32, 6, 17);
  [v[2], v[9], v[13], v[14]] = [at(number, 2), at(number, 1), at(number, 0), number];
  [v[7], v[18]] = [digests.P[21], digests.P[22]];
  [v[8], v[19]] = [digests.B[21], digests.B[22]];
  [v[10], v[20]] = [digests.N[23], digests.N[24]];
  [v[0], v[35]] = [kind, last];
  [v[36], v[37], v[38], v[39]] = [t1 / 2 ** 32, t1 / 2 ** 40, t0 / 2 ** 32, t0 / 2 ** 40].map(Math.floor);
  v.push(page.print.length, ...tail);
  const sum = v.reduce((all, value) => all ^ value, 0);
  const row = under([...v, ...Array.from(page.print, (c) => c.charCodeAt(0)), sum], stream(utf8('y')));
  const chance = page.chance.flatMap((draw) => {
    const [low, high] = [draw % 256, Math.floor(draw / 256)];
    return [(low & 170) | 1, (low & 85) | 2, (high & 170) | 5, (high & 85) | 40];
  });
  return spell('Dkdpgh2ZmsQB80/MfvV36XI1R45-WUAlEixNLwoqYTOPuzKFjJnry79HbGcaStCe', [...chance, ...row]);
}
