import { fileURLToPath } from 'node:url';
import { type Bench, inTurn, median } from '../harness.ts';
import { startLoginParts } from '../login/parts.ts';
import { type Measured, startProgram, startRole } from '../support/process.ts';

const LIMIT = fileURLToPath(new URL('limit.mjs', import.meta.url));
const ROLES = ['server', 'relay', 'worker'] as const;

export const bench: Bench = {
  name: 'start',
  about:
    'each role from process start to ready, and its memory, against a bare Fastify, postgres.js, kafkajs',
  async run(context) {
    const { parts, rounds, log, report, scale } = context;
    const cli = await parts.built();
    const { brokers, prefix } = await parts.topics();
    const login = await startLoginParts(context);
    const env = { ...login.env, KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC_PREFIX: prefix };
    const { PORT: serverPort, ...others } = env as Record<string, string>;
    const envOf = (role: string) => (role === 'server' ? { ...env, PORT: serverPort as string } : others);
    const memory: Record<string, number[]> = {};
    const milliseconds = async (name: string, start: () => Promise<Measured>) => {
      const began = performance.now();
      const started = await start();
      const took = performance.now() - began;
      memory[name] = [...(memory[name] ?? []), started.memory()];
      await started.stop();
      return took;
    };
    const running: Measured[] = [];
    try {
      for (const role of ROLES) {
        const measured = await inTurn(
          rounds,
          () => milliseconds(role, () => startRole(cli, role, envOf(role))),
          () => milliseconds('limit', () => startProgram(LIMIT, env)),
          log,
        );
        report({
          metric: `${role}: ready`,
          value: median(measured.map((round) => round.ours / round.limit)),
          ours: median(measured.map((round) => round.ours)),
          limit: median(measured.map((round) => round.limit)),
          unit: 'ms',
          rounds: measured,
          goal: { atMost: 1.5 },
        });
      }
      for (const role of ROLES) running.push(await startRole(cli, role, envOf(role)));
      await login.logins({ logins: scale(2_000), concurrency: 32 });
      for (const [i, role] of ROLES.entries()) {
        const idle = median(memory[role] as number[]);
        const limit = median(memory.limit as number[]);
        report({
          metric: `${role}: memory when ready`,
          value: idle / limit,
          ours: idle,
          limit,
          unit: 'MiB',
          goal: { atMost: 1.5 },
          more: { under_load: Math.round(running[i]?.memory() ?? 0) },
        });
      }
    } finally {
      for (const role of running) await role.stop();
      await login.stop();
    }
  },
};
