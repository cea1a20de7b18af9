/**
 * A fixture as the fuzzer knows it: every structure in it, every path, what each answers while nothing is
 * broken, and which structures that answer rests on.
 */
import { FileSystem, openOn } from '#src/api/index.js';
import { Tree } from '#src/vfs/index.js';
import type { Geometry } from '#src/xfs/format/geometry.js';
import { pathBytes, pathKey, type Entry } from '../support/entry.js';
import { fixtureBytes, loadManifest } from '../support/fixtures.js';
import { probeGroup, probePath, probeVolume, type Answers } from './probe.js';
import { Recorder, siteBytes, type Site } from './site.js';
import { EditedDevice, SparseImage } from './sparse-image.js';

/** Something that questions are asked about, its answers, and what they rest on. */
export interface Subject {
  readonly answers: Answers;
  readonly sites: ReadonlySet<Site>;
}

export interface PathSubject extends Subject {
  readonly path: Buffer;
}

export class ImageModel {
  readonly sitesByName: ReadonlyMap<string, Site>;
  readonly sitesByStructure: ReadonlyMap<string, readonly Site[]>;
  /** All names that the manifest tells, one character a byte. */
  readonly names: ReadonlySet<string>;
  readonly #pristine: EditedDevice;

  private constructor(
    readonly name: string,
    readonly image: SparseImage,
    readonly geometry: Geometry,
    sites: readonly Site[],
    /** What every answer rests on. */
    readonly common: ReadonlySet<Site>,
    readonly volume: Subject,
    readonly groups: readonly Subject[],
    readonly paths: readonly PathSubject[],
  ) {
    this.#pristine = new EditedDevice(image);
    this.sitesByName = new Map(sites.map((site) => [site.name, site]));
    const byStructure = new Map<string, Site[]>();
    for (const site of sites) {
      const same = byStructure.get(site.structure);
      if (same === undefined) byStructure.set(site.structure, [site]);
      else same.push(site);
    }
    this.sitesByStructure = byStructure;
    this.names = new Set(entriesOf(name).map(pathKey));
  }

  /** The bytes of a site before any edit; the caller's own. */
  bytesOf(site: Site): Uint8Array {
    return siteBytes(site, this.#pristine);
  }

  site(name: string): Site {
    const site = this.sitesByName.get(name);
    if (site === undefined) throw new Error(`${this.name} has no "${name}"`);
    return site;
  }

  static async load(name: string): Promise<ImageModel> {
    const image = new SparseImage(fixtureBytes(name));
    const recorder = new Recorder();
    const { result: fs, sites: common } = await recorder.duringOpen(() =>
      openImage(new EditedDevice(image)),
    );
    const { driver, ...rest } = FileSystem.volume(fs);
    const { mount } = driver;
    recorder.watch(driver);
    const fresh = (): FileSystem => new FileSystem({ ...rest, driver, tree: new Tree(driver) });

    let answers: Answers = new Map();
    const volumeSites = await recorder.during('the volume', async () => {
      answers = await probeVolume(fresh());
    });
    const volume = { answers, sites: volumeSites };
    const groups: Subject[] = [];
    for (let agno = 0; agno < mount.geometry.agCount; agno++) {
      const sites = await recorder.during(`group ${agno}`, async () => {
        answers = await probeGroup(mount, agno);
      });
      groups.push({ answers, sites });
    }
    const paths: PathSubject[] = [];
    for (const path of listed(name)) {
      const sites = await recorder.during(path.toString('latin1'), async () => {
        ({ answers } = await probePath(fresh(), path));
      });
      paths.push({ path, answers, sites });
    }
    const sites = [...recorder.sites.values()];
    return new ImageModel(name, image, mount.geometry, sites, common, volume, groups, paths);
  }
}

function entriesOf(name: string): readonly Entry[] {
  return loadManifest(name).fileSystems[0]!.entries;
}

/** Of the further names of an inode one in so many is asked after. */
const LINKS_KEPT = 8;

/** Paths that the manifest tells: one for each inode, and some of its hard links. */
function listed(name: string): Buffer[] {
  const met = new Set<unknown>();
  return entriesOf(name)
    .filter(({ ino }, index) => {
      const isNew = !met.has(ino);
      met.add(ino);
      return isNew || index % LINKS_KEPT === 0;
    })
    .map(pathBytes);
}

export function openImage(device: EditedDevice): Promise<FileSystem> {
  return openOn(device, { norecovery: true });
}
