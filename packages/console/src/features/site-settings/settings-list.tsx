import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core';
import type { SiteAccessView, SiteView } from '@sealift/core/api';
import { Moment } from '../../components/moment.tsx';
import { namespacedText, placeKeys } from './site-form.ts';
import { variablesText } from './variables-text.ts';
import { placeLabels } from './place-fields.tsx';

/** The settings that hold. */
export function SettingsList({ view: { settings, changedBy, changedAt } }: { view: SiteView }) {
  if (settings === null) return null;
  const { vcenter, places, enterprise, management, clusterName, imageRegistry, variables } = settings;
  const named = placeKeys.flatMap((key) => (places[key] === null ? [] : [[placeLabels[key], places[key]] as const]));
  const rows: readonly (readonly [string, string])[] = [
    ['vCenter', vcenter.url],
    ['Account', vcenter.username],
    ['Trusted', vcenter.trust],
    ...named,
    ['Enterprise cluster', described(enterprise)],
    ['Cluster API', management === null ? 'in the enterprise cluster itself' : described(management)],
    ['Cluster', clusterName === null ? 'the only one there' : namespacedText(clusterName)],
    ['Image registry', imageRegistry?.address ?? 'none: nodes have a mirror of the registries that packs name'],
    ...(imageRegistry?.pullSecret
      ? [['Its login', `the Secret ${namespacedText(imageRegistry.pullSecret)}`] as const]
      : []),
    ['Variables of packs', variablesText(variables)],
  ];
  return (
    <DescriptionList isHorizontal isCompact aria-label="Settings of the site">
      {rows.map(([term, text]) => (
        <DescriptionListGroup key={term}>
          <DescriptionListTerm>{term}</DescriptionListTerm>
          <DescriptionListDescription>{text}</DescriptionListDescription>
        </DescriptionListGroup>
      ))}
      {changedAt !== null && (
        <DescriptionListGroup>
          <DescriptionListTerm>Changed</DescriptionListTerm>
          <DescriptionListDescription>
            <Moment at={changedAt} /> by {changedBy}
          </DescriptionListDescription>
        </DescriptionListGroup>
      )}
    </DescriptionList>
  );
}

function described({ server, from }: SiteAccessView): string {
  return server === null ? from : `${server}, ${from}`;
}
