/** Edits of an image: what a case of the fuzzer changes, small enough to be kept as a file. */
import type { ImageModel } from './model.js';
import { repairChecksum, writeSite, type Site } from './site.js';
import { EditedDevice } from './sparse-image.js';

/** Bytes put into a site, or the whole of another site of the same length. */
export type Edit =
  | { readonly site: string; readonly at: number; readonly hex: string }
  | { readonly site: string; readonly from: string };

export interface Mutation {
  readonly edits: readonly Edit[];
  /** Whether checksums are made right after the edits. */
  readonly repaired: boolean;
  /** Size of the image, bytes, where it is cut short. */
  readonly size?: number;
}

/** @param isSync whether the device can be read synchronously */
export function mutatedDevice(model: ImageModel, mutation: Mutation, isSync = true): EditedDevice {
  const device = new EditedDevice(model.image, mutation.size, isSync);
  const edited = new Map<Site, Uint8Array>();
  for (const edit of mutation.edits) {
    const site = model.site(edit.site);
    let bytes = edited.get(site);
    if (bytes === undefined) edited.set(site, (bytes = model.bytesOf(site)));
    if ('from' in edit) bytes.set(model.bytesOf(model.site(edit.from)));
    else bytes.set(Buffer.from(edit.hex, 'hex'), edit.at);
  }
  for (const [site, bytes] of edited) {
    if (mutation.repaired) repairChecksum(site, bytes);
    writeSite(site, device, bytes);
  }
  return device;
}

export function editedSites(model: ImageModel, { edits }: Mutation): ReadonlySet<Site> {
  return new Set(edits.map(({ site }) => model.site(site)));
}
