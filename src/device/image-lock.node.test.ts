import { equal, match, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { FileDevice } from './file-device.node.js';
import { libc, libcProblem } from './libc.node.js';
import {
  attachLoop,
  cleanUp,
  firstLine,
  holdInProcess,
  makeImage,
  moduleUrl,
  mountXfs,
  run,
  runWithoutKoffi,
} from './support.test.node.js';

const skip = libc() === undefined ? `no libc: ${libcProblem()}` : false;

async function opens(path: string, readOnly: boolean): Promise<void> {
  await (await FileDevice.open(path, { readOnly })).close();
}

async function refuses(path: string, readOnly: boolean, why: RegExp): Promise<void> {
  await rejects(FileDevice.open(path, { readOnly }), { code: 'EBUSY', path, message: why });
}

test('while another process writes, nobody else opens', { skip }, async (t) => {
  const path = makeImage(t, 4096);
  const other = await holdInProcess(t, path, false);
  const why = new RegExp(`process ${other.pid} \\(\\w+\\) is writing it`);
  await refuses(path, true, why);
  await refuses(path, false, why);
  await other.release();
  await opens(path, true);
  await opens(path, false);
});

test('while another process reads, others read and nobody writes', { skip }, async (t) => {
  const path = makeImage(t, 4096);
  const other = await holdInProcess(t, path, true);
  await opens(path, true);
  await refuses(path, false, new RegExp(`process ${other.pid} \\(\\w+\\) is reading it`));
  await other.release();
  await opens(path, false);
});

test('the same holds between two opens of one process', { skip }, async (t) => {
  const path = makeImage(t, 4096);
  const writer = await FileDevice.open(path, { readOnly: false });
  await refuses(path, true, /this process is writing it/);
  await writer.close();
  await opens(path, false);
});

test('a refused open leaves no lock behind', { skip }, async (t) => {
  const path = makeImage(t, 4096);
  const reader = await FileDevice.open(path);
  await refuses(path, false, /reading/);
  await reader.close();
  await opens(path, false);
});

test('attached to a loop device: read, not written', { skip }, async (t) => {
  const path = makeImage(t, 1024 * 1024);
  const loop = attachLoop(t, path);
  if (loop === undefined) return;
  await opens(path, true);
  await refuses(path, false, new RegExp(`attached to ${loop} `));
  await opens(loop, false); // the device itself is nobody's
});

test('an image beside one that is attached is free', { skip }, async (t) => {
  const path = makeImage(t, 1024 * 1024);
  if (attachLoop(t, makeImage(t, 1024 * 1024)) === undefined) return;
  await opens(path, false);
});

test(
  'mounted through a loop device: read, not written, and so is the device',
  { skip },
  async (t) => {
    const path = makeImage(t, 300 * 1024 * 1024);
    const loop = attachLoop(t, path);
    if (loop === undefined) return;
    const folder = mountXfs(t, loop);
    if (folder === undefined) return;
    await opens(path, true);
    await refuses(path, false, new RegExp(`mounted at ${folder} through ${loop}`));
    await opens(loop, true);
    await refuses(loop, false, new RegExp(`mounted at ${folder},`));
  },
);

test('a mounted partition makes the whole disk busy', { skip }, async (t) => {
  const path = makeImage(t, 310 * 1024 * 1024);
  const loop = attachLoop(t, path, '--partscan');
  if (loop === undefined) return;
  try {
    // No table: this says where the partition lies, so that the kernel needs to understand none.
    run('addpart', loop, '1', '2048', String(301 * 2048));
  } catch (error) {
    return t.skip(`no partitions on loop devices here: ${firstLine(error)}`);
  }
  const folder = mountXfs(t, `${loop}p1`);
  if (folder === undefined) return;
  await refuses(path, false, new RegExp(`mounted at ${folder} through ${loop}`));
  await refuses(loop, false, new RegExp(`mounted at ${folder},`));
  await refuses(`${loop}p1`, false, new RegExp(`mounted at ${folder},`));
  await opens(loop, true);
});

test('an exclusive open of a block device is busy, without a mount', { skip }, async (t) => {
  const loop = attachLoop(t, makeImage(t, 1024 * 1024));
  if (loop === undefined) return;
  const other = await holdInProcess(t, loop, false);
  await refuses(loop, false, /held by the kernel or another program \(O_EXCL\)/);
  await refuses(loop, true, new RegExp(`process ${other.pid}`));
});

test(
  'a lock of another kind, as a virtual machine takes it, keeps writers away',
  { skip },
  async (t) => {
    const path = makeImage(t, 4096);
    if (!(await lockByFcntl(t, path))) return;
    await refuses(path, false, /locked by process \d+ \(python3[^)]*\), perhaps a virtual machine/);
    await opens(path, true);
  },
);

/** Skips the test and answers false where there is no Python. */
async function lockByFcntl(t: TestContext, path: string): Promise<boolean> {
  const script =
    'import fcntl, sys; f = open(sys.argv[1], "r+"); fcntl.lockf(f, fcntl.LOCK_EX, 1, 100); ' +
    'print("locked", flush=True); sys.stdin.read()';
  const child = spawn('python3', ['-c', script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const started = await Promise.race([
    once(child, 'error').then(() => false),
    once(child.stdout, 'data').then(() => true),
  ]);
  if (!started) t.skip('no python3 here');
  else
    cleanUp(t, async () => {
      child.stdin.end();
      await once(child, 'exit');
    });
  return started;
}

test('without koffi: reading works, writing is refused with the reason', (t) => {
  if (process.platform !== 'linux') return t.skip('not Linux');
  const path = makeImage(t, 4096);
  const answer = runWithoutKoffi(`
    import { openDevice } from ${moduleUrl('./index.node.js')};
    const path = ${JSON.stringify(path)};
    const device = await openDevice(path);
    device.readSync(0, new Uint8Array(4096));
    await device.read(0, new Uint8Array(4096));
    console.log(device.direct === undefined);
    await device.close();
    await openDevice(path, { readOnly: false }).catch((error) => console.log(error.message));
    await openDevice(path, { directIo: true }).catch((error) => console.log(error.message));`);
  const [mapped, writable, direct] = answer.split('\n');
  equal(mapped, 'true');
  match(writable!, /^ENOTSUP: .*only written under a lock.*no binary for this machine/);
  match(direct!, /^ENOTSUP: .*aligned memory.*no binary for this machine/);
});

test('without koffi: the size of a block device is known', (t) => {
  const loop = attachLoop(t, makeImage(t, 1024 * 1024), '--sector-size=4096');
  if (loop === undefined) return;
  const answer = runWithoutKoffi(`
    import { openDevice } from ${moduleUrl('./index.node.js')};
    const device = await openDevice(${JSON.stringify(loop)});
    console.log(device.size, device.sectorSize);`);
  equal(answer, '1048576 4096');
});
