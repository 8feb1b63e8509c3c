import { readsUpgradesAnnotation, upgradeFormat } from '@sealift/core/upgrade';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { block, type Finding, pass } from '@sealift/upgrade/preflight/check';

/**
 * Whether a console that the upgrade brings can go on with the upgrade that is under way then: it takes this one's place in the middle of it, and
 * nobody judges it but the cluster.
 *
 * @param stored the form in which this version stores an upgrade
 */
export function consoleReads(objects: readonly KubeObject[], stored: number = upgradeFormat): Finding {
  const consoles = objects.flatMap((object) => {
    const said = object.metadata.annotations?.[readsUpgradesAnnotation];
    return said === undefined ? [] : [{ object, said }];
  });
  if (consoles.length === 0) return pass('The upgrade brings none');
  for (const { object, said } of consoles) {
    if (said.split(',').some((one) => one.trim() === String(stored))) continue;
    const name = nameOf(referenceOf(object));
    return block(
      `${name} reads upgrades of format ${said.slice(0, 100)}, and this one is stored in format ${stored}`,
      'Go by way of a release whose console reads both, or replace this console by that version first, while no upgrade is under way.',
    );
  }
  return pass(consoles.map(({ object }) => `${nameOf(referenceOf(object))} reads format ${stored}`).join('; '));
}
