/** Runs in a worker: takes away what a browser does not have, then loads the browser entry. */
import { register } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

const hooks = `
export async function resolve(specifier, context, next) {
  if (specifier.startsWith('node:') || specifier === 'koffi') throw new Error('not in a browser: ' + specifier);
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const { bytes, path } = workerData as { bytes: Uint8Array<ArrayBuffer>; path: string };
const blob = new Blob([bytes]);
const port = parentPort!;
for (const name of ['Buffer', 'process', 'require', 'setImmediate'])
  Reflect.deleteProperty(globalThis, name);

const { open } = await import('#src/browser.js');
const fs = await open(blob);
const names = await fs.readdir('/', { recursive: true });
const contents = await fs.readFile(path);
const handle = await fs.open(path);
const mapping = await handle.mmap();
port.postMessage({ names, contents, mapped: mapping.bytes, mode: mapping.mode });
