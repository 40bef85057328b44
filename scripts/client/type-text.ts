export interface Schema {
  type?: string;
  const?: string | number | boolean;
  enum?: string[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  description?: string;
}

/** A JSON Schema, as the events and the administrative API use it, as a type of TypeScript. @throws Error for a keyword that it does not know */
export function typeText(schema: Schema, indent = ''): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((one) => typeText(one, indent)).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return schema.items ? `(${typeText(schema.items, indent)})[]` : 'unknown[]';
    case 'object':
      if (!schema.properties) return 'Record<string, unknown>';
      return `{\n${fields(schema, `${indent}    `)}${indent}}`;
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

function fields({ properties = {}, required = [] }: Schema, indent: string): string {
  return Object.entries(properties)
    .map(([name, part]) => {
      const doc = part.description ? `${indent}/** ${part.description.replaceAll('*/', '*\\/')} */\n` : '';
      return `${doc}${indent}${name}${required.includes(name) ? '' : '?'}: ${typeText(part, indent)};\n`;
    })
    .join('');
}
