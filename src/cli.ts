#!/usr/bin/env node
import { exitOnSignal } from './roles/run-role.ts';

// Before the rest is loaded: process 1 of a container has no default for a signal, so an early one would be lost.
exitOnSignal();
const { runCommand } = await import('./commands/program.ts');

// `… | head` closes our standard output: no reason for a stack.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const { env, stdin, stdout, stderr } = process;
const exitCode = await runCommand(process.argv.slice(2), { env, stdin, stdout, stderr });
// Once all is written: whatever a failed start left open must not keep the process.
stdout.write('', () => process.exit(exitCode));
