// Numbers as Grafana writes them.

const scaled = (steps) => (value) => {
  const size = Math.abs(value);
  const [from, unit] = steps.find(([least]) => size >= least) ?? steps.at(-1);
  return [value / from, unit];
};

const thousands = scaled([[1e9, ' Bil'], [1e6, ' Mil'], [1e3, ' K'], [1, '']].map(([n, u]) => [n, u]));
const small = (scale) => (value) => (Math.abs(value) < 1 ? [value, ''] : scale(value));
const counted = (suffix) => (value) => {
  const [n, unit] = small(thousands)(value);
  return [n, unit + suffix];
};
const binary = (suffix) => (value) => {
  if (Math.abs(value) < 1) return [value, ' B' + suffix];
  const [n, unit] = scaled([[2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB'], [1, 'B']])(value);
  return [n, ' ' + unit + suffix];
};
const seconds = (value) => {
  if (value === 0) return [0, ' s'];
  return scaled([[86400, ' d'], [3600, ' h'], [60, ' min'], [1, ' s'], [1e-3, ' ms'], [1e-6, ' µs'], [1e-9, ' ns']])(value);
};

const formats = {
  s: seconds,
  percentunit: (value) => [value * 100, '%'],
  ops: counted(' ops/s'),
  cps: counted(' c/s'),
  bytes: binary(''),
  binBps: binary('/s'),
  short: small(thousands),
  none: (value) => [value, ''],
};

// decimals are as many as tell one value from another: three digits that say something.
const decimals = (n) => {
  const size = Math.abs(n);
  if (size === 0 || size >= 100) return 0;
  if (size >= 10) return 1;
  if (size >= 1) return 2;
  return Math.min(6, 2 - Math.floor(Math.log10(size)));
};

export function format(value, unit, places) {
  if (!(unit in formats)) throw new Error(`no unit ${unit}`);
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : String(value);
  const [n, suffix] = formats[unit](value);
  return (places === undefined ? String(Number(n.toFixed(decimals(n)))) : n.toFixed(places)) + suffix;
}

export const clock = (ms, withSeconds) => new Date(ms).toISOString().slice(11, withSeconds ? 19 : 16);
