/** Fields of on-disk records: an overlay against the bare DataView. */
import { be16, be32, be64, le32, struct } from '#src/ondisk/index.js';
import { figure } from './support/measure.js';

class Record extends struct('Record', 64, {
  magic: be32,
  length: be32,
  owner: be64,
  level: be16,
  count: be16,
  left: be32,
  right: be32,
  blkno: be64,
  lsn: be64,
  a: be32,
  b: be32,
  c: be32,
  d: be32,
  crc: le32,
}) {}

const RECORDS = 4096;
const ROUNDS = 200;
const view = new DataView(new ArrayBuffer(RECORDS * Record.bytes));
for (let at = 0; at < view.byteLength; at += 4) view.setUint32(at, at & 0xffff);

function readWords(): number {
  const record = new Record(view);
  let sum = 0;
  for (let at = 0; at < view.byteLength; at += Record.bytes) {
    record.at = at;
    sum += record.magic + record.length + record.left + record.right;
    sum += record.a + record.b + record.c + record.d;
  }
  return sum;
}

function readLongs(): number {
  const record = new Record(view);
  let sum = 0;
  for (let at = 0; at < view.byteLength; at += Record.bytes) {
    record.at = at;
    sum += record.owner + record.blkno + record.lsn;
  }
  return sum;
}

function bare(): number {
  let sum = 0;
  for (let at = 0; at < view.byteLength; at += Record.bytes) {
    sum +=
      view.getUint32(at) +
      view.getUint32(at + 4) +
      view.getUint32(at + 20) +
      view.getUint32(at + 24);
    sum += view.getUint32(at + 44) + view.getUint32(at + 48) + view.getUint32(at + 52);
    sum += view.getUint32(at + 56);
  }
  return sum;
}

/** Best nanoseconds a field. The sums are used, so that nothing is optimised away. */
function nanosecondsPerField(read: () => number, fields: number): number {
  let best = Infinity;
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    sum += read();
    best = Math.min(best, performance.now() - start);
  }
  if (Number.isNaN(sum)) throw new Error('sums are numbers');
  return (best * 1e6) / (RECORDS * fields);
}

figure('be32 through a struct', nanosecondsPerField(readWords, 8), 'ns a field', '<= 1.5');
figure('be64 through a struct', nanosecondsPerField(readLongs, 3), 'ns a field', '(no figure)');
figure('reference: be32 of a DataView', nanosecondsPerField(bare, 8), 'ns a field', '-');
