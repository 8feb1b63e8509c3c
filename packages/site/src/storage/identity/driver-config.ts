import { SealiftError } from '@sealift/core/errors';

/** A ConfigMap and a Secret hold at most 1 MiB (Kubernetes, "ConfigMaps and Secrets"). */
const limitCharacters = 1024 * 1024;

interface Line {
  readonly section: string | undefined;
  /** Of an assignment: everything before the value, the value as written, everything after it. */
  readonly assignment:
    | { readonly key: string; readonly before: string; readonly value: string; readonly after: string }
    | undefined;
  readonly text: string;
}

/**
 * Whether a configuration is in the cloud provider's YAML form. That form has no cluster-id (cloud-provider-vsphere, `CommonConfig`),
 * and the CSI driver does not read it.
 */
export function isYaml(config: string): boolean {
  const first = config.split(/\r?\n/, 1000).find((line) => !/^\s*(?:#.*)?$/.test(line)) ?? '';
  return /^(?:%YAML\b|---(?:\s|$)|\{|(["']?)[A-Za-z][\w-]*\1:(?:\s|$))/.test(first.trimStart());
}

/**
 * The cluster-id in a configuration of the vSphere CSI driver or cloud provider (`[Global]`, key `cluster-id`); undefined where it names
 * none. The format is gcfg, INI with git's quoting, of which the last assignment holds.
 *
 * @throws CNS_CONFIG_UNREADABLE for text that is not of this format
 */
export function readClusterId(config: string, place: string): string | undefined {
  const values = parse(config, place).flatMap((line) => (isClusterId(line) ? [unquote(line.assignment.value)] : []));
  return values.at(-1);
}

/**
 * The configuration with another cluster-id; comments, order, spacing and everything else stay byte for byte.
 *
 * @throws CNS_CONFIG_UNREADABLE
 */
export function withClusterId(config: string, clusterId: string, place: string): string {
  const lines = parse(config, place);
  const quoted = `"${clusterId.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  if (lines.some(isClusterId)) {
    return lines
      .map((line) => (isClusterId(line) ? `${line.assignment.before}${quoted}${line.assignment.after}` : line.text))
      .join('');
  }
  const header = lines.findIndex(({ section, text }) => section === 'global' && /^\s*\[/.test(text));
  if (header === -1) throw unreadable('it has no section [Global]', place);
  const ending = /\r?\n$/.exec(lines[header]?.text ?? '')?.[0];
  const inserted = ending === undefined ? `\ncluster-id = ${quoted}\n` : `cluster-id = ${quoted}${ending}`;
  return lines.map(({ text }, at) => (at === header ? text + inserted : text)).join('');
}

type ClusterIdLine = Line & { readonly assignment: NonNullable<Line['assignment']> };

function isClusterId(line: Line): line is ClusterIdLine {
  return line.section === 'global' && line.assignment?.key === 'cluster-id';
}

/** Lines with their endings, so that joining them gives the text again. */
function parse(config: string, place: string): readonly Line[] {
  if (config.length > limitCharacters) throw unreadable('it is too large', place);
  if (isYaml(config)) throw notIni(place);
  let section: string | undefined;
  return (config.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((text, at) => {
    const trimmed = text.trim();
    if (trimmed === '' || trimmed.startsWith(';') || trimmed.startsWith('#')) {
      return { section, assignment: undefined, text };
    }
    // `[Global]`, `[VirtualCenter "10.0.0.1"]`; names of sections and keys are not case-sensitive.
    const header = /^\s*\[\s*([\w.-]+)(\s+"(?:[^"\\]|\\.)*")?\s*\]\s*(?:[;#].*)?$/.exec(trimmed);
    if (header !== null) {
      section = header[2] === undefined ? header[1]?.toLowerCase() : undefined;
      return { section, assignment: undefined, text };
    }
    const found =
      /^(\s*([A-Za-z][\w-]*)\s*=[ \t]*)("(?:[^"\\]|\\.)*"|[^"\s;#][^;#\r\n]*?|)(\s*(?:[;#][^\r\n]*)?\r?\n?)$/.exec(
        text,
      );
    const [, before, key, value, after] = found ?? [];
    if (before !== undefined && key !== undefined && value !== undefined && after !== undefined) {
      return { section, assignment: { key: key.toLowerCase(), before, value, after }, text };
    }
    // Never the line itself: it may hold a password.
    if (section === 'global' && /^\s*cluster-id\b/i.test(text))
      throw unreadable(`line ${at + 1} is not understood`, place);
    if (section === undefined && !config.includes('[')) throw notIni(place);
    return { section, assignment: undefined, text };
  });
}

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value.trim();
}

function notIni(place: string): SealiftError {
  return unreadable('it is not in INI format, the only one that the driver reads', place);
}

function unreadable(reason: string, place: string): SealiftError {
  return new SealiftError('CNS_CONFIG_UNREADABLE', { values: { reason }, place });
}
