/** `daxkit doctor`: what works on this machine, and why the rest does not. */
import { constants } from 'node:buffer';
import {
  accessSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { FileDevice, libcProblem, openDevice, probeUserfaultfd } from '../device/index.node.js';
import { explain } from './failure.js';
import { Output } from './output.node.js';
import { countText, sizeText } from './units.js';

interface Check {
  readonly name: string;
  readonly works: 'yes' | 'partly' | 'no';
  /** What works, or why it does not and what that costs. */
  readonly detail: string;
}

export async function doctor({ json = false }: { readonly json?: boolean }): Promise<number> {
  const checks = [
    checkNode(),
    checkNativeCalls(),
    await checkMapping(),
    checkUserfaultfd(),
    checkFuse(),
    await checkDirectIo(),
    checkOwners(),
  ];
  const output = new Output();
  if (json) output.json({ checks });
  else
    for (const { name, works, detail } of checks)
      output.line(works.padEnd(8), name.padEnd(14), detail);
  output.flush();
  return 0;
}

function checkNode(): Check {
  const { version, platform, arch } = process;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isSupported = major > 20 || (major === 20 && minor >= 19);
  return {
    name: 'Node.js',
    works: isSupported ? 'yes' : 'no',
    detail: `${version} on ${platform} ${arch}${isSupported ? '' : '; 20.19 or later is needed'}`,
  };
}

function checkNativeCalls(): Check {
  const name = 'native calls';
  const problem = libcProblem();
  if (problem === undefined) return { name, works: 'yes', detail: 'the C library, through koffi' };
  const detail = `${problem}: no mappings, no exact times in copies, no special files`;
  return { name, works: 'no', detail };
}

/** Maps an image of one page, as `open` does. */
async function checkMapping(): Promise<Check> {
  const name = 'mapping';
  try {
    return await withScratch(tmpdir(), async (path) => {
      const device = await openDevice(path);
      try {
        const isMapped = device.direct?.view(0, 1)[0] === FILL;
        if (!isMapped)
          return {
            name,
            works: 'no',
            detail: `${tmpdir()}: files are read, not mapped: mappings are copies`,
          };
        return { name, works: 'yes', detail: `pages of an image appear in memory; ${limits()}` };
      } finally {
        await device.close();
      }
    });
  } catch (error) {
    return { name, works: 'no', detail: explain(error) };
  }
}

function limits(): string {
  const longest = `one mapping is ${sizeText(constants.MAX_LENGTH)} at most`;
  try {
    const maps = Number(readFileSync('/proc/sys/vm/max_map_count', 'latin1'));
    return `${longest}, and ${countText(Math.floor(maps * 0.75))} extents or less`;
  } catch {
    return longest;
  }
}

function checkUserfaultfd(): Check {
  const name = 'userfaultfd';
  const support = probeUserfaultfd();
  if (support.mode === 'none')
    return { name, works: 'no', detail: explain(new Error(support.reason)) };
  if (support.mode === 'full')
    return { name, works: 'yes', detail: 'faults of programs and of the kernel' };
  const detail =
    'faults of programs only: for those of the kernel, root or vm.unprivileged_userfaultfd=1';
  return { name, works: 'partly', detail };
}

function checkFuse(): Check {
  const name = 'FUSE';
  try {
    closeSync(openSync('/dev/fuse', 'r+'));
  } catch (error) {
    return { name, works: 'no', detail: `/dev/fuse: ${explain(error)}` };
  }
  const helper = findProgram('fusermount3');
  if (helper !== undefined) return { name, works: 'yes', detail: `/dev/fuse and ${helper}` };
  return { name, works: 'partly', detail: '/dev/fuse; no fusermount3, so only root could mount' };
}

function findProgram(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, 1);
        return true;
      } catch {
        return false;
      }
    });
}

/** In the working directory, where images are likely; else in that for temporary files. */
async function checkDirectIo(): Promise<Check> {
  const name = 'direct I/O';
  let problem: unknown;
  for (const folder of [process.cwd(), tmpdir()]) {
    try {
      return await withScratch(folder, async (path) => {
        const device = await FileDevice.open(path, { directIo: true });
        const detail = `in ${folder}, in units of ${device.sectorSize} bytes`;
        await device.close();
        return { name, works: 'yes', detail };
      });
    } catch (error) {
      problem ??= error;
    }
  }
  return { name, works: 'no', detail: `in ${process.cwd()}: ${explain(problem)}` };
}

function checkOwners(): Check {
  const name = 'owners';
  const isRoot = process.geteuid?.() === 0;
  const detail = isRoot
    ? 'root: cp keeps owners and makes devices'
    : 'not root: what cp makes is yours, and devices are left out';
  return { name, works: isRoot ? 'yes' : 'no', detail };
}

const FILL = 0x44;

/** A file of some pages, for as long as `use` runs. */
async function withScratch<T>(parent: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(parent, '.daxkit-doctor-'));
  try {
    const path = join(folder, 'file');
    writeFileSync(path, Buffer.alloc(65_536, FILL));
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
