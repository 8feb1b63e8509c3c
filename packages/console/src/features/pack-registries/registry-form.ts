import type { PackRegistry, RegistrySettings } from '@sealift/core/api';
import { ProblemError } from '../../api/http.ts';
import type { RegistryChange } from '../../api/registries.ts';

/** What is typed of a registry. */
export interface RegistryForm {
  readonly name: string;
  readonly registry: string;
  readonly packBase: string;
  readonly imageBase: string;
  readonly username: string;
  readonly password: string;
  readonly ca: string;
  /** One to a line. */
  readonly allowedOrigins: string;
  readonly plainHttp: boolean;
  readonly push: boolean;
  /** Minutes; `0` for never. */
  readonly syncEvery: string;
}

/** The form as it is opened: what is stored, without the password. */
export function formOf(registry: PackRegistry | null): RegistryForm {
  const settings = registry?.settings ?? null;
  return {
    name: registry?.name ?? '',
    registry: settings?.registry ?? '',
    packBase: settings?.packBase ?? 'sealift/packs',
    imageBase: settings?.imageBase ?? 'sealift/images',
    username: settings?.username ?? '',
    password: '',
    ca: settings?.ca ?? '',
    allowedOrigins: (settings?.allowedOrigins ?? []).join('\n'),
    plainHttp: settings?.plainHttp ?? false,
    push: settings?.push ?? true,
    syncEvery: String(settings?.syncEveryMinutes ?? 0),
  };
}

/** @param edited the registry that the form was filled from; null for a new one */
export function changeOf(form: RegistryForm, edited: PackRegistry | null): RegistryChange {
  const { name, password, syncEvery, ca, username, allowedOrigins, ...rest } = form;
  const settings: RegistrySettings = {
    ...rest,
    registry: rest.registry.trim(),
    packBase: rest.packBase.trim(),
    imageBase: rest.imageBase.trim(),
    username: username.trim() === '' ? null : username.trim(),
    ca: ca.trim() === '' ? null : ca,
    allowedOrigins: allowedOrigins
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
    syncEveryMinutes: syncEvery === '0' ? null : Number(syncEvery),
  };
  const asked = { ...settings, ...(password === '' ? {} : { password }) };
  if (edited === null) return { add: { name: name.trim(), ...asked } };
  return { name: edited.name, revision: edited.revision, edit: asked };
}

const fields = ['name', 'registry', 'packBase', 'imageBase', 'username', 'password', 'ca', 'allowedOrigins'] as const;
type Field = (typeof fields)[number];

/** What a refusal says of each field. */
export function problemsOf(error: unknown): Readonly<Partial<Record<Field, string>>> {
  if (!(error instanceof ProblemError)) return {};
  const { place = '', detail } = error.problem;
  const field = fields.find((one) => place === `body.${one}` || place.startsWith(`body.${one}.`));
  return field === undefined ? {} : { [field]: detail };
}
