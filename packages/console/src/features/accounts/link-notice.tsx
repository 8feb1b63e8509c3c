import { type AccountView, type PasswordLink, passwordLinkPath } from '@sealift/core/api';
import { Moment } from '../../components/moment.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';

/** The one-time link of an account, for whoever hands it to its owner. */
export function LinkNotice({ made: { account, link } }: { made: { account: AccountView; link: PasswordLink } }) {
  return (
    <>
      <ShownOnce what="The link" secret={`${window.location.origin}${passwordLinkPath}${link.token}`}>
        {`Give it to ${account.username} and to nobody else: whoever opens it first chooses the password.`}
      </ShownOnce>
      <p className="quiet">
        It works once, until <Moment at={link.expiresAt} />.
      </p>
    </>
  );
}
