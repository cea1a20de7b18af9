/** A verified block of any tree, as the B+tree engine wants to see it. */
import type { BtreeNode } from '../btree/index.js';
import type { Block } from '../buffer/index.js';
import { LongBtreeHeader, ShortBtreeHeader, btreeHeaderBytes } from './format/btree-block.js';
import type { Geometry } from './format/geometry.js';

export function btreeNode(
  block: Block,
  { hasCrc }: Geometry,
  { keyBytes, pointerBytes }: { readonly keyBytes: number; readonly pointerBytes: 4 | 8 },
): BtreeNode {
  const isLong = pointerBytes === 8;
  const { level, count } = isLong
    ? new LongBtreeHeader(block.view)
    : new ShortBtreeHeader(block.view);
  const headerBytes = btreeHeaderBytes(isLong, hasCrc);
  const entriesMax = Math.floor((block.bytes.length - headerBytes) / (keyBytes + pointerBytes));
  return {
    view: block.view,
    level,
    count,
    keysAt: headerBytes,
    pointersAt: headerBytes + entriesMax * keyBytes,
    recordsAt: headerBytes,
    corrupt: (rule) => block.corrupt(rule),
  };
}
