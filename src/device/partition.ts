/** One partition, as a table lists it: nothing here says that it lies inside the device. */
export interface Partition {
  /** From 1, as in /dev/sda1; logical MBR partitions from 5. */
  readonly number: number;
  /** Where it begins, bytes from the start of the device. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** MBR: the type byte, '0x83'. GPT: the type GUID, in upper case. */
  readonly type: string;
  /** As stored, control characters and all; MBR has no names. */
  readonly name: string;
  readonly table: 'mbr' | 'gpt';
}
