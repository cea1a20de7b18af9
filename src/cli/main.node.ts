#!/usr/bin/env node
/** The command `daxkit`. Status: 0 done; 1 failed, and standard error says why; 2 asked wrongly. */
import { runProgram } from './program.node.js';

process.exitCode = await runProgram(process.argv.slice(2));
