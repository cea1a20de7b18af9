/** What opening an image reads. */
import { open, openDevice, type BlockDevice } from '#src/index.js';
import { fillWithReferenceTree, imageProblem, makeImage, withFolder } from './support/images.js';
import { figure } from './support/measure.js';

/** Counts the bytes that are read through it. */
class CountingDevice implements BlockDevice {
  bytesRead = 0;
  readonly name: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly readOnly = true;

  constructor(readonly device: BlockDevice) {
    this.name = device.name;
    this.size = device.size;
    this.sectorSize = device.sectorSize;
  }

  readSync(position: number, target: Uint8Array): void {
    this.bytesRead += target.length;
    this.device.readSync!(position, target);
  }

  async read(position: number, target: Uint8Array): Promise<void> {
    this.bytesRead += target.length;
    await this.device.read(position, target);
  }

  write(position: number, source: Uint8Array): Promise<void> {
    return this.device.write(position, source);
  }

  flush(): Promise<void> {
    return this.device.flush();
  }

  close(): Promise<void> {
    return this.device.close();
  }
}

const problem = imageProblem();
if (problem !== undefined) console.log(`skipped: ${problem}`);
else
  await withFolder(async (folder) => {
    const image = await makeImage(folder, 2, fillWithReferenceTree);
    const device = new CountingDevice(await openDevice(image));
    const start = performance.now();
    await using fs = await open(device);
    figure('opening took', performance.now() - start, 'ms', '(no figure)');
    figure('opening read', device.bytesRead / 1024, 'KiB', '< 1024');
    await fs.info();
    figure('with info() of every group', device.bytesRead / 1024, 'KiB', '(no figure)');
  });
