/** An image changed by hand: what a hostile maker would write, with every checksum right. */
import { FileSystem } from '#src/api/index.js';
import { mutatedDevice, type Edit } from './edits.js';
import { openImage, type ImageModel } from './model.js';
import { watchCache, type Site } from './site.js';

/** What a reader of a forged image did so far. */
export interface Effort {
  /** Blocks asked of the cache. */
  steps: number;
}

export class Forgery {
  readonly #edits: Edit[] = [];

  constructor(readonly model: ImageModel) {}

  /** The sites of one kind that a path, or one below it, led to first: in the order in which they were met. */
  sites(structure: string, path: string): Site[] {
    const base = `${structure} of ${path}`;
    const all = this.model.sitesByStructure.get(structure) ?? [];
    return all.filter(
      ({ name }) => name === base || name.startsWith(`${base}, `) || name.startsWith(`${base}/`),
    );
  }

  view(site: Site): DataView {
    return new DataView(this.model.bytesOf(site).buffer);
  }

  change(site: Site, code: (view: DataView) => void): this {
    const bytes = this.model.bytesOf(site);
    code(new DataView(bytes.buffer));
    this.#edits.push({ site: site.name, at: 0, hex: Buffer.from(bytes).toString('hex') });
    return this;
  }

  changeInode(path: string, code: (view: DataView) => void): this {
    return this.change(this.inodeSite(path), code);
  }

  /** Not by its name, which is that of whatever led there first. */
  inodeSite(path: string): Site {
    const { geometry, paths, sitesByStructure } = this.model;
    const subject = paths.find((other) => other.path.toString() === path);
    const { ino } = JSON.parse(subject!.answers.get('lstat')!) as { ino: string };
    const { agno, agblock, index } = geometry.inodePlace(Number(ino));
    const address = geometry.agAddress(agno, agblock) + index * geometry.inodeBytes;
    return sitesByStructure.get('inode')!.find(({ pieces }) => pieces[0]!.address === address)!;
  }

  async open(): Promise<{ fs: FileSystem; effort: Effort }> {
    const fs = await openImage(mutatedDevice(this.model, { edits: this.#edits, repaired: true }));
    const effort: Effort = { steps: 0 };
    watchCache(FileSystem.volume(fs).driver.mount.cache, () => effort.steps++);
    return { fs, effort };
  }
}
