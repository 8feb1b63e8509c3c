import type { AdoptionProposal, ProposedLayer } from '@sealift/core/api';
import type { CliContext } from '../../context.ts';
import { printable } from '../merge/columns.ts';

const sources: Readonly<Record<ProposedLayer['valuesFrom'], string>> = {
  given: 'values as given',
  record: 'values as applied',
  helm: 'values of its releases',
  cluster: 'values as its objects have them',
  none: 'values not known',
};
const states: Readonly<Record<ProposedLayer['state'], string>> = { found: 'yes', absent: 'no', differs: 'no' };

/** Prints what was found at the site, part by part, and last what differs, each with what to do. */
export function printProposal(proposal: AdoptionProposal, context: CliContext): void {
  const { product, version, simulated, kubernetes, template, layers, nodes, providers, others, differences } = proposal;
  // What is shown was read at the site.
  const out = (text: string): void => context.out(printable(text));
  out(`The site is compared with ${product} ${version}${simulated ? ', on a simulated cluster' : ''}`);
  const rows = [
    [mark(kubernetes.expected === kubernetes.found), 'Kubernetes', kubernetes.found],
    ...(template === null
      ? []
      : [[mark(template.isThere), 'template', `${template.name}${template.isThere ? '' : ', not in vCenter'}`]]),
    ...layers.map((layer) => [states[layer.state], `layer ${layer.layer}/${layer.pack}`, layerText(layer)]),
    ...nodes.map(({ name, role, version: of, template: from }) => [
      mark(!differences.some(({ object }) => object === `Node ${name}`)),
      `node ${name}`,
      `${role}, Kubernetes ${of} from ${from === '' ? 'an unknown template' : from}`,
    ]),
    ...providers.map(({ name, expected, found }) => [
      mark(expected === null || expected === found),
      `provider ${name}`,
      `${found ?? 'not found'}${expected === null || expected === found ? '' : `, expected ${expected}`}`,
    ]),
  ];
  const width = Math.max(...rows.map(([, what = '']) => what.length));
  for (const [is = '', what = '', text = ''] of rows) out(`${is.padEnd(3)}  ${what.padEnd(width)}  ${text}`);
  const strangers = [...others.charts.map((one) => `release ${one}`), ...others.applySets];
  if (strangers.length > 0) out(`stays as it is, as no part of the release: ${strangers.join(', ')}`);
  for (const { object, expected, found, remedy } of differences) {
    out(`differs: ${object}`);
    out(`  expected: ${expected}`);
    out(`  found:    ${found}`);
    out(`  fix:      ${remedy}`);
  }
}

function layerText({ version, runs, state, customisations, valuesFrom }: ProposedLayer): string {
  if (state === 'absent') return `${version} is not there`;
  const other = runs === version ? version : `${runs ?? 'something'}, expected ${version}`;
  const customised = customisations === null ? '' : `, ${customisations} customised`;
  return `${other}${customised}, ${sources[valuesFrom]}`;
}

function mark(isAsExpected: boolean): string {
  return isAsExpected ? 'yes' : 'no';
}
