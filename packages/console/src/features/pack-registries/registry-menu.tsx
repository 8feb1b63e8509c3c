import { DropdownItem } from '@patternfly/react-core';
import type { PackRegistry } from '@sealift/core/api';
import { useLock } from '../../api/platform.ts';
import { useMay } from '../../api/session.ts';
import { DotsMenu } from '../../components/dots-menu.tsx';

interface RegistryMenuProps {
  registry: PackRegistry;
  onSync: () => void;
  onMirror: () => void;
  /** Whether there is another registry that takes pushes. */
  hasTarget: boolean;
  onEdit: () => void;
  onRemove: () => void;
  starting: boolean;
}

const notYours = 'Your role does not allow this';

/** A registry's three-dot menu. */
export function RegistryMenu({ registry, onSync, onMirror, hasTarget, onEdit, onRemove, starting }: RegistryMenuProps) {
  const lock = useLock();
  const maySync = useMay('catalogue.sync');
  const mayChange = useMay('registries.change');
  // Also while one runs: what is asked for then is done once more after it.
  const sync = maySync ? (lock ?? (starting ? 'A sync is being asked for' : undefined)) : notYours;
  const mirror = mayChange ? (lock ?? (hasTarget ? undefined : 'No other registry takes pushes')) : notYours;
  const own = registry.embedded ? 'It is part of this server' : undefined;
  // A login that was changed at the registry can be given while an upgrade runs.
  const edit = mayChange ? own : notYours;
  const remove = mayChange ? (own ?? lock ?? undefined) : notYours;
  return (
    <DotsMenu label={`Actions for ${registry.name}`}>
      <MenuItem words="Sync" reason={sync} onClick={onSync} />
      <MenuItem words="Mirror to…" reason={mirror} onClick={onMirror} />
      <MenuItem words="Edit" reason={edit} onClick={onEdit} />
      <MenuItem words="Remove" reason={remove} onClick={onRemove} />
    </DotsMenu>
  );
}

function MenuItem({ words, reason, onClick }: { words: string; reason: string | undefined; onClick: () => void }) {
  return (
    <DropdownItem
      onClick={onClick}
      isAriaDisabled={reason !== undefined}
      {...(reason === undefined ? {} : { tooltipProps: { content: reason } })}
    >
      {words}
    </DropdownItem>
  );
}
