#!/usr/bin/env node
import { runCommand } from './commands/program.ts';
import { exitOnSignal } from './roles/run-role.ts';

exitOnSignal();

// `… | head` closes our standard output: no reason for a stack.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const { env, stdin, stdout, stderr } = process;
const exitCode = await runCommand(process.argv.slice(2), { env, stdin, stdout, stderr });
// Once all is written: whatever a failed start left open must not keep the process.
stdout.write('', () => process.exit(exitCode));
