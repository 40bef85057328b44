/** The types of the client package: one file per entry, without imports, so that every module system reads it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { EVENTS } from '../../src/events/catalog.ts';
import { typeText } from './type-text.ts';

/** Modules whose types TypeBox derives, and what only they use: `eventTypes` writes their types from the schemas. */
const isFromSchemas = (program: ts.Program, file: string): boolean =>
  file.endsWith('/src/events/invalid.ts') ||
  importsOf(program, file).some(({ text }) => /^typebox(\/|$)/.test(text));

const RESULT_CONSTANTS = ['OUTCOMES', 'REASONS'] as const;

export async function declarations(
  root: string,
  entries: Record<string, string>,
): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-types-'));
  try {
    const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config;
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const program = ts.createProgram(
      Object.values(entries).map((entry) => join(root, entry)),
      {
        ...options,
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        outDir: folder,
        rootDir: root,
      },
    );
    program.emit();
    const texts = Object.entries(entries).map(async ([name, entry]) => {
      const files = localFiles(program, join(root, entry));
      const hasEvents = files.some((file) => isFromSchemas(program, file));
      if (hasEvents) files.push(join(root, 'src/events/open.ts'));
      const parts = await Promise.all(
        files
          .filter((file) => !isFromSchemas(program, file))
          .map((file) => readFile(join(folder, file.slice(root.length).replace(/\.ts$/, '.d.ts')), 'utf8')),
      );
      const generated = hasEvents ? eventTypes(exportsOf(program, join(root, entry))) : '';
      return [name, `${generated}${flatten(parts, exportsOf(program, join(root, entry)))}`] as const;
    });
    return Object.fromEntries(await Promise.all(texts));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The file and all that it imports from this repository, each once. */
function localFiles(program: ts.Program, entry: string, found = new Set<string>()): string[] {
  const source = program.getSourceFile(entry);
  if (found.has(entry) || source === undefined) return [];
  found.add(entry);
  if (isFromSchemas(program, entry)) return [...found];
  for (const { text } of importsOf(program, entry)) {
    if (text.startsWith('.')) localFiles(program, join(entry, '..', text), found);
  }
  return [...found];
}

/** What a file imports from, and exports again from. */
function importsOf(program: ts.Program, file: string): ts.StringLiteral[] {
  const statements = program.getSourceFile(file)?.statements ?? [];
  return statements.flatMap((statement) => {
    const from =
      ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)
        ? statement.moduleSpecifier
        : undefined;
    return from && ts.isStringLiteral(from) ? [from] : [];
  });
}

/** `type A` or `B`: what the entry exports. */
function exportsOf(program: ts.Program, entry: string): string[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const symbol = source && checker.getSymbolAtLocation(source);
  return (symbol ? checker.getExportsOfModule(symbol) : []).map((exported) => {
    const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    return target.flags & ts.SymbolFlags.Value ? exported.name : `type ${exported.name}`;
  });
}

/** Declarations without their imports and exports; the list at the end exports what the entry does. */
function flatten(parts: string[], exported: string[]): string {
  const text = parts
    .join('\n')
    .replace(/^(import|export)\s[^;]*?\sfrom\s+['"][^'"]+['"];\n/gm, '')
    .replace(/^export \{[^}]*\};\n/gm, '')
    .replace(/^export (?=declare|type|interface)/gm, '')
    .replace(/^(?=(?:const|function|class) )/gm, 'declare ')
    .replace(/^\/\/# .*\n/gm, '');
  return `${text}\nexport { ${exported.join(', ')} };\n`;
}

/** @param exported what the entry exports: `LinkResult` or `type UserLinked` */
function eventTypes(exported: string[]): string {
  const named = EVENTS.map(({ type, schema, isDeletable }) => ({
    type,
    name: nameOf(type, exported),
    text: typeText(schema as never),
    gone: isDeletable ? ' | null' : '',
  }));
  const result = EVENTS.find(({ type }) => type === 'user.link_result')?.schema.properties as unknown as {
    outcome: { enum: string[] };
    reason: { anyOf: { enum?: string[] }[] };
  };
  const constants = {
    OUTCOMES: result.outcome.enum,
    REASONS: result.reason.anyOf.flatMap((one) => one.enum ?? []),
  };
  return [
    ...named.map(({ name, text }) => `type ${name} = ${text};`),
    `type EventData = {\n${named.map(({ type, name, gone }) => `    "${type}": Open<${name}>${gone};`).join('\n')}\n};`,
    ...RESULT_CONSTANTS.map((name) => `declare const ${name}: readonly ${JSON.stringify(constants[name])};`),
    'type Outcome = (typeof OUTCOMES)[number];\ntype Reason = (typeof REASONS)[number];\n',
  ].join('\n');
}

/** `user.link_result` is `LinkResult`, `user.linked` is `UserLinked`. @throws Error if the entry exports neither form */
function nameOf(type: string, exported: string[]): string {
  const long = type.replace(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase());
  const name = [long, long.replace(/^User/, '')].find((one) => exported.includes(`type ${one}`));
  if (name === undefined) throw new Error(`src/events/index.ts exports no type of ${type}`);
  return name;
}
