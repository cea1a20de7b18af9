/** What the tests of this room share: scratch images, loop devices and other processes. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

const cleanups = new WeakMap<TestContext, (() => unknown)[]>();

/** After the test, also a failed one; the last thing made goes first. */
export function cleanUp(t: TestContext, step: () => unknown): void {
  const steps = cleanups.get(t);
  if (steps !== undefined) {
    steps.push(step);
    return;
  }
  const made = [step];
  cleanups.set(t, made);
  t.after(async () => {
    for (const last of made.reverse()) await last();
  });
}

/** A folder of this test's own, which goes with it. */
export function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'daxkit-device-'));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file of `size` bytes that begins with `content`. */
export function makeImage(t: TestContext, size: number, content = new Uint8Array()): string {
  const path = join(scratch(t), 'image');
  writeFileSync(path, content);
  truncateSync(path, size);
  return path;
}

/** Bytes that are not the same anywhere: the value depends on the position and the seed. */
export function pattern(length: number, seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = Math.imul(at + seed, 0x9e3779b1) >>> 13;
  return bytes;
}

export function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** For the reason of a skip. */
export function firstLine(error: unknown): string {
  return String(error).split('\n', 1)[0]!;
}

/** Attaches `path` till the end of the test. Skips the test and answers `undefined` where it cannot. */
export function attachLoop(t: TestContext, path: string, ...args: string[]): string | undefined {
  let device: string;
  try {
    device = run('losetup', '--find', '--show', ...args, path);
  } catch (error) {
    t.skip(`no loop devices here: ${firstLine(error)}`);
    return undefined;
  }
  cleanUp(t, () => run('losetup', '--detach', device));
  return device;
}

/** A process that opens `path` as a device, says so, and holds it until it is told to end. */
export async function holdInProcess(
  t: TestContext,
  path: string,
  readOnly: boolean,
): Promise<{ readonly pid: number; release(): Promise<void> }> {
  const script = `
    import { FileDevice } from ${moduleUrl('./index.node.js')};
    await FileDevice.open(${JSON.stringify(path)}, { readOnly: ${readOnly} });
    console.log('open');
    process.stdin.resume();
    process.stdin.on('end', () => process.exit());`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const release = async (): Promise<void> => {
    child.stdin!.end();
    await gone;
  };
  cleanUp(t, release);
  for await (const line of createInterface(child.stdout!)) {
    if (line !== 'open') continue;
    return { pid: child.pid!, release };
  }
  throw new Error(`the process that should hold ${path} ended`);
}

/** Makes XFS on `device` and mounts it till the end of the test. Skips and answers `undefined` as above. */
export function mountXfs(t: TestContext, device: string): string | undefined {
  const folder = scratch(t);
  try {
    run('mkfs.xfs', '-q', '-f', device);
    run('mount', '-t', 'xfs', device, folder);
  } catch (error) {
    t.skip(`no XFS to mount here: ${firstLine(error)}`);
    return undefined;
  }
  cleanUp(t, () => run('umount', folder));
  return folder;
}

/** Why there is no direct I/O in the folder of scratch files; false where there is. */
export function directIoProblem(): string | false {
  const folder = mkdtempSync(join(tmpdir(), 'daxkit-device-'));
  try {
    writeFileSync(join(folder, 'probe'), '');
    closeSync(openSync(join(folder, 'probe'), constants.O_RDONLY | constants.O_DIRECT));
    return false;
  } catch (error) {
    return `no direct I/O in ${tmpdir()}: ${firstLine(error)}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a module text in a Node where koffi does not load, and answers what it prints. */
export function runWithoutKoffi(text: string): string {
  const script = `
    const Module = require('node:module');
    const load = Module._load;
    Module._load = (name, ...rest) => {
      if (name === 'koffi') throw new Error('no binary for this machine');
      return load(name, ...rest);
    };
    import('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(text))});`;
  return run(process.execPath, '--eval', script);
}

/** The address of a module of this room, for such a text. */
export function moduleUrl(name: string): string {
  return JSON.stringify(new URL(name, import.meta.url).href);
}
