import type { VerifiedEvidence } from '@sealift/bundle/signed-evidence';
import type { UpgradeEvidence } from '@sealift/core/evidence';
import { upgradeText } from '@sealift/core/upgrade';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

/** Prints what evidence tells, for people: all that matters of it, the whole with `--json`. */
export function printEvidence({ evidence, key }: VerifiedEvidence, context: CliContext): void {
  const lines = [
    `The signature holds: key ID ${key.keyId}, fingerprint ${key.fingerprint}`,
    ...ofUpgrade(evidence),
    ...ofApproval(evidence),
    ...ofMerges(evidence),
    ...ofSteps(evidence),
    ...ofPlatform(evidence),
    `audit log: ended at entry ${evidence.audit.sequence}, hash ${evidence.audit.hash}`,
  ];
  for (const line of lines) context.out(plainLine(line));
}

function ofUpgrade({ upgrade, writtenAt, site }: UpgradeEvidence): string[] {
  const { id, product, state, createdAt, finishedAt, failure } = upgrade;
  return [
    `upgrade ${id}  ${product} ${upgradeText(upgrade)}: ${state}`,
    `begun ${createdAt}, ended ${finishedAt ?? 'at an unknown time'}, evidence written ${writtenAt}`,
    ...(site.simulated === true ? ['the cluster was a simulation: nothing real was upgraded'] : []),
    ...(failure === null ? [] : [`failed: ${failure.message} (${failure.code})`]),
  ];
}

function ofApproval({ approval, risks, releases, course }: UpgradeEvidence): string[] {
  const { by, at, hash, problem, askedBy } = approval;
  return [
    ...(askedBy === undefined ? [] : [`asked for by ${askedBy}, and approved by another person:`]),
    `confirmed by ${by ?? 'nobody known'} at ${at ?? 'an unknown time'}, hash ${hash ?? 'unknown'}`,
    ...(problem === null ? [] : [`NOT AS CONFIRMED: ${problem}`]),
    ...risks.map((risk) => `risk ${risk.check} accepted by ${risk.by} at ${risk.at}: ${risk.reason}`),
    ...releases.map(({ version, digest, signedBy, problem: why }) =>
      signedBy === null
        ? `release ${version} ${digest}: NOT VERIFIED: ${why}`
        : `release ${version} ${digest}: signed by key ID ${signedBy.keyId}, fingerprint ${signedBy.fingerprint}`,
    ),
    ...course
      .filter((turn) => turn.by !== null)
      .map((turn) => `${turn.state} by ${turn.by} at ${turn.at}${turn.reason === null ? '' : `: ${turn.reason}`}`),
  ];
}

function ofMerges({ merges }: UpgradeEvidence): string[] {
  return merges.flatMap(({ layer, pack, fromVersion, toVersion, pasted, decisions, counts, problem }) => {
    const counted = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
    const head = `layer ${layer}/${pack}  ${fromVersion ?? 'new'} to ${toVersion ?? 'removed'}: ${counted.join(', ') || 'nothing differs'}`;
    const settled = decisions
      .filter(({ resolvedBy }) => resolvedBy !== null)
      .map(({ path, resolvedBy, decided }) => `  ${path}: ${resolvedBy}, settled by ${decided?.by ?? 'nobody known'}`);
    return [
      head,
      ...(problem === null ? [] : [`  NOT TOLD: ${problem}`]),
      ...(pasted === null ? [] : [`  a text was pasted by ${pasted.decided?.by ?? 'nobody known'}`]),
      ...settled,
    ];
  });
}

function ofSteps({ steps, journal }: UpgradeEvidence): string[] {
  return [
    ...steps.map(({ title, rollback, outcome, startedAt, finishedAt, message }) => {
      const times = startedAt === null ? '' : `, ${startedAt} to ${finishedAt ?? 'no end'}`;
      return `step ${title} (${rollback}): ${outcome}${times}${message === '' ? '' : `, ${message}`}`;
    }),
    ...(journal.problem === null ? [] : [`THE JOURNAL LACKS SOMETHING: ${journal.problem}`]),
  ];
}

function ofPlatform({ before, after, statements }: UpgradeEvidence): string[] {
  const observed = (when: string, seen: UpgradeEvidence['before']): string[] => {
    if (seen === null) return [`${when}: nobody looked`];
    const versions = [...Map.groupBy(seen.nodes ?? [], ({ version }) => version)].map(
      ([version, nodes]) => `${nodes.length} nodes with Kubernetes ${version}`,
    );
    const layers = seen.layers === null ? [] : [`${seen.layers.length} layers`];
    const parts = [`recorded ${seen.recorded ?? 'nothing'}`, ...versions, ...layers, ...seen.problems];
    return [`${when} (${seen.at}): ${parts.join(', ')}`];
  };
  return [
    ...observed('before', before),
    ...observed('after', after),
    ...statements.flatMap(({ text, holds, checks }) => [
      `${holds ? 'yes' : 'no '}  ${text}`,
      ...checks.filter(({ outcome }) => outcome !== 'pass').map(({ title, detail }) => `       ${title}: ${detail}`),
    ]),
  ];
}
