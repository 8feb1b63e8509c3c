import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core';
import type { SiteAccessView, SiteView } from '@sealift/core/api';
import { Moment } from '../../components/moment.tsx';
import { placeKeys } from './site-form.ts';
import { placeLabels } from './place-fields.tsx';

/** The settings that hold. */
export function SettingsList({ view: { settings, changedBy, changedAt } }: { view: SiteView }) {
  if (settings === null) return null;
  const { vcenter, places, enterprise, management, clusterName } = settings;
  const named = placeKeys.flatMap((key) => (places[key] === null ? [] : [[placeLabels[key], places[key]] as const]));
  const rows: readonly (readonly [string, string])[] = [
    ['vCenter', vcenter.url],
    ['Account', vcenter.username],
    ['Trusted', vcenter.trust],
    ...named,
    ['Enterprise cluster', described(enterprise)],
    ['Cluster API', management === null ? 'in the enterprise cluster itself' : described(management)],
    ['Cluster', clusterName === null ? 'the only one there' : `${clusterName.namespace}/${clusterName.name}`],
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
