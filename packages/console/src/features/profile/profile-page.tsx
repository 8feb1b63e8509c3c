import { PageSection } from '@patternfly/react-core';
import type { ProfileView } from '@sealift/core/api';
import { useSearchParams } from 'react-router';
import { useProfile } from '../../api/profile.ts';
import { LayerList } from '../../components/layer-list.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { CustomisedLabel } from './customised-label.tsx';
import { ExportAll } from './export-all.tsx';
import { LayerValues } from './layer-values.tsx';

/** The enterprise cluster's layers: pack, version, and the values the site runs. */
export function ProfilePage() {
  const profile = useProfile();
  return (
    <PageSection isFilled hasBodyWrapper={false} className="filled">
      <PageHeading actions={<ExportAll profile={profile.data} />}>
        The layers the enterprise cluster runs, each a pack version with this site’s values.
      </PageHeading>
      <QueryView query={profile} what="the profile">
        {(data) => <Layers profile={data} />}
      </QueryView>
    </PageSection>
  );
}

function Layers({ profile }: { profile: ProfileView }) {
  const [search, setSearch] = useSearchParams();
  const layers = profile.layers.map((layer) => ({ ...layer, id: `${layer.layer}-${layer.pack}` }));
  const chosen = layers.find(({ id }) => id === search.get('layer')) ?? layers[0];
  if (chosen === undefined)
    return <p>The profile has no layer. Sync the pack registry and record the release again.</p>;
  return (
    <div className="layers-and-detail">
      <LayerList
        label="Layers"
        items={layers.map((layer) => ({
          id: layer.id,
          layer: layer.layer,
          name: layer.displayName,
          detail: layer.version,
          state: <CustomisedLabel layer={layer} />,
        }))}
        chosen={chosen.id}
        onChoose={(id) => setSearch({ layer: id }, { replace: true })}
      />
      <LayerValues
        key={chosen.id}
        layer={chosen}
        editing={search.get('edit') === 'values'}
        onEdit={(editing) => setSearch({ layer: chosen.id, ...(editing ? { edit: 'values' } : {}) })}
      />
    </div>
  );
}
