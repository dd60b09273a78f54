// MD5 (RFC 1321) of a text in ASCII, for the scripts of the simulated pages.
function md5(text) {
  const shifts = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
  const sines = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) >>> 0);
  const bytes = Array.from(text, (c) => c.charCodeAt(0));
  const bits = bytes.length * 8;
  bytes.push(0x80);
  while (bytes.length % 64 !== 56) bytes.push(0);
  for (let i = 0; i < 8; i++) bytes.push(i < 4 ? (bits >>> (8 * i)) & 255 : 0);
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < bytes.length; at += 64) {
    const word = (n) => [0, 1, 2, 3].reduce((sum, i) => sum | (bytes[at + 4 * n + i] << (8 * i)), 0);
    let [a, b, c, d] = state;
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
      const n = [i, (5 * i + 1) % 16, (3 * i + 5) % 16, (7 * i) % 16][round];
      const sum = (a + mixed + sines[i] + word(n)) | 0;
      const by = shifts[round][i % 4];
      [a, d, c, b] = [d, c, b, (b + ((sum << by) | (sum >>> (32 - by)))) | 0];
    }
    state = [a, b, c, d].map((value, i) => (value + state[i]) | 0);
  }
  return state.map((value) => [0, 1, 2, 3].map((i) => ((value >>> (8 * i)) & 255).toString(16).padStart(2, '0')).join('')).join('');
}
