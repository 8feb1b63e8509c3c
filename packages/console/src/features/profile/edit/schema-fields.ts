/** A value that a pack describes in its `values.schema.json` (JSON Schema). */
interface SchemaField {
  /** As people read it: `registry.hosts[].port`. */
  readonly path: string;
  readonly type: string;
  readonly description: string;
  /** As JSON; undefined where none is named. */
  readonly default: string | undefined;
  readonly required: boolean;
}

const mostFields = 500;
const deepest = 12;

type Node = Readonly<Record<string, unknown>>;

/** The fields that a schema describes, in its order; empty where it cannot be read. References within the schema are followed. */
export function schemaFields(text: string): readonly SchemaField[] {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return [];
  }
  const fields: SchemaField[] = [];
  if (isNode(root)) collect({ root, fields }, root, '', 0);
  return fields;
}

/** Those whose path or description has every one of the words. */
export function searchFields(fields: readonly SchemaField[], search: string): readonly SchemaField[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return fields.filter(({ path, description }) => {
    const text = `${path} ${description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function collect(of: { readonly root: Node; readonly fields: SchemaField[] }, node: Node, path: string, depth: number) {
  const properties = own(node, 'properties');
  if (depth > deepest || !isNode(properties)) return;
  const needed = own(node, 'required');
  for (const [name, given] of Object.entries(properties)) {
    if (of.fields.length >= mostFields) return;
    const field = resolved(of.root, given);
    const items = resolved(of.root, own(field, 'items'));
    const isList = Object.keys(items).length > 0;
    const at = `${path}${path === '' ? '' : '.'}${name}${isList ? '[]' : ''}`;
    of.fields.push({
      path: at,
      type: typeText(field),
      description: textOf(own(field, 'description')) || textOf(own(field, 'title')),
      default: own(field, 'default') === undefined ? undefined : JSON.stringify(own(field, 'default')),
      required: Array.isArray(needed) && needed.includes(name),
    });
    collect(of, isList ? items : field, at, depth + 1);
  }
}

function typeText(field: Node): string {
  const choices = own(field, 'enum');
  if (Array.isArray(choices))
    return choices
      .slice(0, 20)
      .map((one) => JSON.stringify(one))
      .join(' | ');
  const type = own(field, 'type');
  const name = Array.isArray(type) ? type.join(' | ') : textOf(type);
  const [least, most] = [own(field, 'minimum'), own(field, 'maximum')];
  const bounds = [
    typeof least === 'number' ? `at least ${least}` : '',
    typeof most === 'number' ? `at most ${most}` : '',
    textOf(own(field, 'pattern')) === '' ? '' : `like ${textOf(own(field, 'pattern'))}`,
  ].filter(Boolean);
  return [name, ...bounds].filter(Boolean).join(', ');
}

/** What `$ref` names in the same document, once: `#/definitions/port` (RFC 6901). */
function resolved(root: Node, given: unknown): Node {
  if (!isNode(given)) return {};
  const reference = own(given, '$ref');
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return given;
  let found: unknown = root;
  for (const token of reference.slice(2).split('/')) {
    found = isNode(found) ? own(found, token.replaceAll('~1', '/').replaceAll('~0', '~')) : undefined;
  }
  return isNode(found) ? { ...found, ...given } : given;
}

/** A schema is data from outside: `constructor` is no member of it. */
function own(node: Node, name: string): unknown {
  return Object.hasOwn(node, name) ? node[name] : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 2000) : '';
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
