/** Sizes for people. */
const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** '1000 bytes', '1.5 KiB', '152 MiB' */
export function sizeText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const number = bytes / 1024 ** power;
  return `${number < 10 && power > 0 ? number.toFixed(1) : Math.round(number)} ${UNITS[power]}`;
}

/** '38,912' */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}
