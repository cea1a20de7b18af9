/** Whether page faults can be answered in user space here, and which: what `doctor` reports. */
import { closeSync } from 'node:fs';
import { libc, libcProblem } from './libc.node.js';

/**
 * 'full': faults of the kernel's own accesses, too. 'user-mode-only': a system call that touches an
 * absent page fails with EFAULT instead, as without CAP_SYS_PTRACE and vm.unprivileged_userfaultfd.
 */
export type UserfaultfdSupport =
  | { readonly mode: 'full' | 'user-mode-only' }
  | { readonly mode: 'none'; readonly reason: string };

export function probeUserfaultfd(): UserfaultfdSupport {
  const native = libc();
  if (native === undefined) return { mode: 'none', reason: libcProblem() ?? '' };
  let reason = '';
  for (const mode of ['full', 'user-mode-only'] as const) {
    try {
      closeSync(native.userfaultfd(mode === 'user-mode-only'));
      return { mode };
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  return { mode: 'none', reason };
}
