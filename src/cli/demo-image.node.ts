/** The image of the demo, unpacked into a temporary folder that goes away whatever happens. */
import {
  closeSync,
  createReadStream,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';

const PACKED = new URL('../../fixtures/demo.img.gz', import.meta.url);

/** Runs of zeros this long become holes. */
const CHUNK_BYTES = 65_536;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export async function withDemoImage<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'daxkit-demo-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const stop = (signal: NodeJS.Signals): void => {
    remove();
    for (const other of SIGNALS) process.off(other, stop);
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    const path = join(folder, 'demo.img');
    await unpack(path);
    return await use(path);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
    remove();
  }
}

async function unpack(path: string): Promise<void> {
  const descriptor = openSync(path, 'wx');
  try {
    let length = 0;
    const bytes = createReadStream(PACKED).pipe(createGunzip({ chunkSize: CHUNK_BYTES }));
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      const isZero = ZEROS.compare(chunk, 0, chunk.length, 0, chunk.length) === 0;
      if (!isZero) writeSync(descriptor, chunk, 0, chunk.length, length);
      length += chunk.length;
    }
    ftruncateSync(descriptor, length);
  } finally {
    closeSync(descriptor);
  }
}
