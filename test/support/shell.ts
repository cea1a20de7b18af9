/** Runs the tools that make and describe images. */
import { execFileSync, type ExecFileSyncOptionsWithBufferEncoding } from 'node:child_process';

/** Standard output, as text. @throws Error that carries what the tool said on standard error. */
export function run(command: string, args: readonly string[], input?: string | Buffer): string {
  return runBytes(command, args, input).toString();
}

/** The same for output that need not be UTF-8. */
export function runBytes(
  command: string,
  args: readonly string[],
  input?: string | Buffer,
): Buffer {
  const options: ExecFileSyncOptionsWithBufferEncoding = {
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 1024 * 1024 * 1024,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    ...(input === undefined ? {} : { input }),
  };
  try {
    return execFileSync(command, args, options);
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    throw new Error(`${command} ${args.join(' ')}: ${said}`, { cause: error });
  }
}
