import { List, ListItem, Title } from '@patternfly/react-core';
import type { PackUse } from '@sealift/core/api';
import { usePackUses } from '../../api/packs.ts';
import { QueryView } from '../../components/query-view.tsx';

/** What uses a pack: layers, packs in use that name it, releases. */
export function PackUses({ name }: { name: string }) {
  const uses = usePackUses(name);
  return (
    <QueryView query={uses} what={`what uses ${name}`}>
      {({ uses: found, complete }) => (
        <>
          <Title headingLevel="h3" size="md">
            Where {name} is used
          </Title>
          {found.length === 0 && <p>Nothing uses it.</p>}
          <List isPlain aria-label={`Where ${name} is used`}>
            {found.map((use) => (
              <ListItem key={textOf(use)}>{textOf(use)}</ListItem>
            ))}
          </List>
          {!complete && <p className="quiet">More is left out here; read it with the API.</p>}
        </>
      )}
    </QueryView>
  );
}

function textOf(use: PackUse): string {
  if (use.kind === 'layer') {
    const values = use.customised ? ', with values of its own' : '';
    return `Layer ${use.layer} of the enterprise cluster: ${use.version}${values}`;
  }
  if (use.kind === 'dependency') {
    return `Pack ${use.pack} ${use.version}, which runs: ${use.type}${use.versions === '' ? '' : ` ${use.versions}`}`;
  }
  return `Release ${use.product} ${use.release}${use.installed ? ', which is installed' : ''}: ${use.version}`;
}
