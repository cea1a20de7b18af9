/**
 * The B+tree engine: find a record, go on to the next, over any tree that an ops table describes.
 *
 *     level 2          [ key ptr | key ptr ]              the root may lie in a block of its own or
 *     level 1      [ key ptr ... ]    [ key ptr ... ]     inside an inode (`BtreeRoot` hides which)
 *     level 0   [ record ... ] [ record ... ] [ ... ]
 *
 * It knows no tree by name. Keys are compared, never subtracted. What it reads is bounded: a child's
 * level is one less than its parent's, it begins with the key that leads to it, and along a walk records
 * strictly ascend, so that a pointer which leads back is found out at the first block met twice.
 */
import type { CorruptError } from '../core/index.js';

/** A node or leaf: where its header ends up decoded, and the view its keys, pointers and records lie in. */
export interface BtreeNode {
  readonly view: DataView;
  readonly level: number;
  readonly count: number;
  /** Byte offsets into `view` of the first key and pointer (level > 0) or of the first record (level 0). */
  readonly keysAt: number;
  readonly pointersAt: number;
  readonly recordsAt: number;
  /** For errors: what and where it is. */
  corrupt(rule: string): CorruptError;
}

/** One kind of tree. `Target` is what is searched for, a number for most. */
export interface BtreeOps<Target> {
  readonly keyBytes: number;
  readonly recordBytes: number;
  readonly pointerBytes: 4 | 8;
  /** Sign of (key, or record, at `at`) - target. */
  compareKey(view: DataView, at: number, target: Target): number;
  compareRecord(view: DataView, at: number, target: Target): number;
  /** Sign of (key, or record, at `at`) - (that at `otherAt` of `other`): must be negative in order. */
  compareKeys(view: DataView, at: number, other: DataView, otherAt: number): number;
  compareRecords(view: DataView, at: number, other: DataView, otherAt: number): number;
  /** Sign of (record at `at`) - (key at `otherAt` of `other`): 0 for the first record below a key. */
  compareRecordKey(view: DataView, at: number, other: DataView, otherAt: number): number;
}

export interface BtreeSource {
  root(): BtreeNode;
  /** The verified child; the source checks its address and owner. */
  child(pointer: number, level: number): BtreeNode;
}

/** A record's place: valid until the tree changes. */
interface Step {
  readonly node: BtreeNode;
  index: number;
}

export class BtreeCursor<Target> {
  /** From the root to the leaf. */
  #path: Step[] = [];

  constructor(
    readonly source: BtreeSource,
    readonly ops: BtreeOps<Target>,
  ) {}

  /** View and offset of the current record; only after a call that returned true. */
  get view(): DataView {
    return this.#leaf.node.view;
  }

  get at(): number {
    const { node, index } = this.#leaf;
    return node.recordsAt + index * this.ops.recordBytes;
  }

  get #leaf(): Step {
    return this.#path[this.#path.length - 1]!;
  }

  /** To the first record of the tree. Returns false when the tree is empty. */
  first(): boolean {
    this.#path = [];
    return this.#descend(this.source.root(), () => 0) && this.#leaf.node.count > 0;
  }

  /**
   * To the last record that is not greater than `target`; to the first record of the tree when all are.
   * Returns whether the record where it stands is not greater than `target`.
   */
  atMost(target: Target): boolean {
    this.#path = [];
    this.#descend(this.source.root(), (node) => this.#search(node, target));
    const { node } = this.#leaf;
    if (node.count === 0) return false;
    return this.ops.compareRecord(node.view, this.at, target) <= 0;
  }

  /** Is there a record here (after `atMost` returned false)? */
  get empty(): boolean {
    return this.#leaf.node.count === 0;
  }

  /** To the next record. Returns false at the end of the tree, where it stays. */
  next(): boolean {
    const { view, at } = this;
    let depth = this.#path.length - 1;
    while (depth >= 0 && this.#path[depth]!.index + 1 >= this.#path[depth]!.node.count) depth--;
    if (depth < 0) return false;
    const step = this.#path[depth]!;
    step.index++;
    this.#path.length = depth + 1;
    if (step.node.level > 0) this.#descendFrom(step, () => 0);
    if (this.ops.compareRecords(view, at, this.view, this.at) >= 0)
      throw this.#leaf.node.corrupt('records ascend along the leaves');
    return true;
  }

  #descend(root: BtreeNode, choose: (node: BtreeNode) => number): boolean {
    const step = { node: root, index: choose(root) };
    this.#path.push(step);
    if (root.level > 0) this.#descendFrom(step, choose);
    return true;
  }

  #descendFrom(from: Step, choose: (node: BtreeNode) => number): void {
    let step = from;
    while (step.node.level > 0) {
      const node = this.source.child(
        pointerAt(step.node, step.index, this.ops),
        step.node.level - 1,
      );
      if (node.level !== step.node.level - 1) throw node.corrupt("level is its parent's less one");
      if (node.count === 0) throw node.corrupt('only a root may be empty');
      if (this.#compareFirst(node, step) !== 0)
        throw node.corrupt('a block begins with the key above it');
      step = { node, index: choose(node) };
      this.#path.push(step);
    }
  }

  /** The first entry of `node` against the key that led to it. */
  #compareFirst(node: BtreeNode, { node: parent, index }: Step): number {
    const { ops } = this;
    const keyAt = parent.keysAt + index * ops.keyBytes;
    return node.level > 0
      ? ops.compareKeys(node.view, node.keysAt, parent.view, keyAt)
      : ops.compareRecordKey(node.view, node.recordsAt, parent.view, keyAt);
  }

  /** Index of the last entry that is not greater than `target`, 0 when all are. */
  #search(node: BtreeNode, target: Target): number {
    const { ops } = this;
    let low = 0;
    let high = node.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const order =
        node.level > 0
          ? ops.compareKey(node.view, node.keysAt + middle * ops.keyBytes, target)
          : ops.compareRecord(node.view, node.recordsAt + middle * ops.recordBytes, target);
      if (order <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function pointerAt<T>(node: BtreeNode, index: number, { pointerBytes }: BtreeOps<T>): number {
  const at = node.pointersAt + index * pointerBytes;
  if (pointerBytes === 4) return node.view.getUint32(at);
  const high = node.view.getUint32(at);
  if (high > 0x1f_ffff) throw node.corrupt('pointer fits 53 bits');
  return high * 0x1_0000_0000 + node.view.getUint32(at + 4);
}
