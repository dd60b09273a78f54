// Runs in a page: finds the largest picture that is a QR code, and gives its modules as lines of 1 (dark) and 0 (light).
() => {
  const pictures = [...document.querySelectorAll('img, canvas')].map((node) => {
    const [width, height] = [node.naturalWidth || node.width, node.naturalHeight || node.height];
    return { node, width, height };
  });
  const square = pictures.filter(({ width, height }) => width >= 60 && width <= 2000 && Math.abs(width - height) <= 2);
  square.sort((a, b) => b.width - a.width);
  for (const { node, width, height } of square) {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext('2d');
    pen.fillStyle = 'white';
    pen.fillRect(0, 0, width, height);
    let pixels;
    try {
      pen.drawImage(node, 0, 0, width, height);
      pixels = pen.getImageData(0, 0, width, height).data;
    } catch {
      continue;
    }
    const dark = (x, y) => {
      const at = 4 * (Math.floor(y) * width + Math.floor(x));
      return pixels[at] * 0.3 + pixels[at + 1] * 0.6 + pixels[at + 2] * 0.1 < 128;
    };
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (!dark(x, y)) continue;
        [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
      }
    }
    let run = 0;
    while (left + run <= right && dark(left + run, top)) run++;
    const size = right - left + 1;
    const count = Math.round(size / (run / 7));
    if (right < 0 || Math.abs(size - (bottom - top + 1)) > 2 || count < 21 || count > 177 || (count - 17) % 4 !== 0) continue;
    const module = size / count;
    const rows = Array.from({ length: count }, (_, y) =>
      Array.from({ length: count }, (_, x) => dark(left + (x + 0.5) * module, top + (y + 0.5) * module)));
    // A code has three corners that look like targets.
    const target = (x0, y0) => [0, 6].every((edge) => Array.from({ length: 7 }, (_, i) => i).every((i) =>
      rows[y0 + edge][x0 + i] && rows[y0 + i][x0 + edge])) && !rows[y0 + 1][x0 + 1] && rows[y0 + 3][x0 + 3];
    if (!target(0, 0) || !target(count - 7, 0) || !target(0, count - 7)) continue;
    return rows.map((row) => row.map((on) => (on ? '1' : '0')).join('')).join('\n');
  }
  return '';
}
