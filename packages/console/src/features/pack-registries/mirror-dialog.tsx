import { Button, Checkbox, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type FormEvent, useId, useState } from 'react';
import { useStartMirror } from '../../api/registries.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LinesField } from '../../components/lines-field.tsx';
import { SelectField } from '../../components/select-field.tsx';

interface MirrorDialogProps {
  from: string;
  /** Registries that content may be pushed to; at least one. */
  targets: readonly string[];
  onClose: () => void;
}

const choices = [
  ['all', 'All releases and packs'],
  ['versions', 'Some releases'],
  ['repositories', 'Repositories'],
] as const;
type What = (typeof choices)[number][0];

const helps: Readonly<Record<Exclude<What, 'all'>, string>> = {
  versions: 'One version on each line, such as 4.2.13',
  repositories:
    'One on each line, by the name that it has in this registry; * stands for any text, ? for one character',
};

/** Asks what of a registry is to be brought to which other one. */
export function MirrorDialog({ from, targets, onClose }: MirrorDialogProps) {
  const id = useId();
  const start = useStartMirror();
  const [to, setTo] = useState(targets[0] ?? '');
  const [what, setWhat] = useState<What>('all');
  const [lines, setLines] = useState('');
  const [dryRun, setDryRun] = useState(false);
  const named = lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const lacksNames = what !== 'all' && named.length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (lacksNames) return;
    const of = (kind: What): string[] => (what === kind ? named : []);
    const wish = { from, to, versions: of('versions'), repositories: of('repositories'), dryRun };
    start.mutate(wish, { onSuccess: onClose });
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="mirror-title">
      <ModalHeader title={`Mirror ${from}`} labelId="mirror-title" />
      <ModalBody>
        <Form id="mirror-form" onSubmit={submit} noValidate>
          <SelectField label="To" value={to} choices={targets.map((name) => [name, name] as const)} onChange={setTo} />
          <SelectField label="What" value={what} choices={choices} onChange={setWhat} />
          {what !== 'all' && (
            <LinesField
              label={what === 'versions' ? 'Versions' : 'Repositories'}
              value={lines}
              onChange={setLines}
              help={helps[what]}
              isRequired
            />
          )}
          <Checkbox
            id={`${id}-dry`}
            label="Only look"
            description="Tells what the other registry lacks, and sends nothing"
            isChecked={dryRun}
            onChange={(_event, checked) => setDryRun(checked)}
          />
        </Form>
        {start.isError && <ErrorNotice error={start.error} />}
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="mirror-form"
          isLoading={start.isPending}
          isDisabled={start.isPending || lacksNames || to === ''}
        >
          {dryRun ? 'Look' : 'Mirror'}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
