/** `daxkit log`: the records that a mount would replay, and what is in them. */
import { Failure } from './failure.js';
import { withImage, type ImageOptions } from './open-place.node.js';
import { Output } from './output.node.js';
import { rawArgument } from './raw-arguments.node.js';
import { countText } from './units.js';

export async function log(
  argument: string,
  { json = false, ...options }: ImageOptions & { readonly json?: boolean },
): Promise<number> {
  const image = rawArgument(argument).toString();
  // A dirty log is what there is to see, so that it is no reason not to open.
  const description = await withImage(
    image,
    { ...options, norecovery: true },
    (_fs, { driver }) => {
      try {
        return driver.describeLog();
      } catch (error) {
        throw new Failure(image, error);
      }
    },
  );
  const output = new Output();
  if (json) output.json(description);
  else {
    for (const { lsn, tail, operations, bytes } of description.records)
      output.line(
        `record ${lsn.cycle}:${lsn.block}, tail ${tail.cycle}:${tail.block}, ` +
          `${countText(operations)} operations, ${countText(bytes)} bytes`,
      );
    for (const { lsn, items } of description.transactions) {
      output.line(`transaction ${lsn.cycle}:${lsn.block}, ${countText(items.length)} items`);
      for (const item of items) output.line(`  ${item}`);
    }
    if (description.records.length === 0) output.line('the log is clean');
  }
  output.flush();
  return 0;
}
