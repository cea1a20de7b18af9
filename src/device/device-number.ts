/**
 * Linux' dev_t: how a major and a minor number lie in what stat answers and mknod takes.
 *
 *     bits   63 .. 44      43 .. 20       19 .. 8        7 .. 0
 *            major 31..12  minor 31..8    major 11..0    minor 7..0
 */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

export function splitDeviceNumber(device: bigint): DeviceNumber {
  return {
    major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xffff_f000n)),
    minor: Number((device & 0xffn) | ((device >> 12n) & 0xffff_ff00n)),
  };
}

export function joinDeviceNumber({ major, minor }: DeviceNumber): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return (
    ((high & 0xffff_f000n) << 32n) |
    ((high & 0xfffn) << 8n) |
    ((low & 0xffff_ff00n) << 12n) |
    (low & 0xffn)
  );
}

/** '259:3', as /proc and /sys write it. */
export function formatDeviceNumber({ major, minor }: DeviceNumber): string {
  return `${major}:${minor}`;
}
