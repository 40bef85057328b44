import type { CollectedSpan } from '../collector.ts';

/** The trace of the first login, all its spans as a tree, and the batches that they were part of. */
export function firstLoginTrace(spans: CollectedSpan[]): CollectedSpan[] {
  const callbacks = spans.filter((span) => span.name === 'GET /login/callback');
  const first = callbacks.sort((a, b) => a.start - b.start)[0];
  return spans.filter((span) => span.traceId === first?.traceId).sort((a, b) => a.start - b.start);
}

export function drawTrace(trace: CollectedSpan[], all: CollectedSpan[]): string {
  const known = new Set(trace.map((span) => span.spanId));
  const roots = trace.filter((span) => !known.has(span.parentSpanId ?? ''));
  const begin = roots[0]?.start ?? 0;
  const roles = new Set(trace.map((span) => span.role));
  const lines = roots.flatMap((root) => branch(root, '', ''));
  const head = `Trace ${trace[0]?.traceId}: ${trace.length} spans of ${roles.size} roles. Begins at, takes (ms):`;
  return [head, '', ...lines, '', 'In batches, each a trace of its own, by links:', ...batches()].join('\n');

  function branch(span: CollectedSpan, lead: string, below: string): string[] {
    const children = trace.filter((child) => child.parentSpanId === span.spanId);
    return [
      line(span, lead),
      ...children.flatMap((child, i) =>
        i === children.length - 1
          ? branch(child, `${below}└─ `, `${below}   `)
          : branch(child, `${below}├─ `, `${below}│  `),
      ),
    ];
  }

  function line(span: CollectedSpan, lead: string): string {
    const cells = [
      (span.start - begin).toFixed(1).padStart(8),
      (span.end - span.start).toFixed(1).padStart(8),
      span.role.replace('sso-link-', '').padEnd(6),
      `${lead}${span.name}`.padEnd(44),
      span.failure ?? remark(span),
    ];
    return cells.join('  ').trimEnd();
  }

  function batches(): string[] {
    return all
      .filter(
        (span) => span.traceId !== trace[0]?.traceId && span.links.some((link) => known.has(link.spanId)),
      )
      .sort((a, b) => a.start - b.start)
      .map((span) => line(span, ''));
  }
}

/** What one wants to see at first sight. */
function remark({ attributes }: CollectedSpan): string {
  const shown = ['http.response.status_code', 'sso_link.company', 'sso_link.outcome', 'sso_link.reason'];
  const batch = attributes['messaging.batch.message_count'];
  return [
    ...shown.flatMap((name) => (name in attributes ? [String(attributes[name])] : [])),
    ...(batch === undefined ? [] : [`${batch} in it`]),
  ].join(' ');
}
