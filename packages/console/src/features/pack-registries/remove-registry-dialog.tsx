import type { PackRegistry } from '@sealift/core/api';
import { useRemoveRegistry } from '../../api/registries.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';

/** Asks before a registry is forgotten. */
export function RemoveRegistryDialog({ registry, onClose }: { registry: PackRegistry; onClose: () => void }) {
  const remove = useRemoveRegistry();
  const { name, revision } = registry;
  return (
    <ConfirmDialog
      title={`Remove the registry ${name}?`}
      action={`Remove ${name}`}
      error={remove.error}
      isPending={remove.isPending}
      onConfirm={() => remove.mutate({ name, revision }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        The console reads it no more and forgets its password. What only it holds leaves the catalogue. Nothing in the
        registry itself is touched.
      </p>
    </ConfirmDialog>
  );
}
