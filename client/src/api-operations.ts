// Made from docs/openapi-api.yaml by `npm run docs`.

export interface Operations {
  /** List companies, by slug. */
  listCompanies: { input: {
      /** The cursor of the page before, as its `next` says */
      after?: string;
      limit?: number;
  }; result: {
      items: ({
          /** A UUID in lower case */
          id: string;
          /** The slug of a company */
          slug: string;
          name: string;
          status: "active" | "disabled";
          /** Whether a person without a user gets a new one */
          creates_users: boolean;
          /** Whether late matches are merged by themselves, where they are unique */
          merge_late_matches: boolean;
          created_at: string;
          updated_at: string;
      })[];
      /** `after` of the next page; null on the last one */
      next: string | null;
  } };
  /** Create a company. */
  createCompany: { input: {
      body: {
          /** The slug of a company */
          slug: string;
          name: string;
          creates_users?: boolean;
      };
  }; result: {
      /** A UUID in lower case */
      id: string;
      /** The slug of a company */
      slug: string;
      name: string;
      status: "active" | "disabled";
      /** Whether a person without a user gets a new one */
      creates_users: boolean;
      /** Whether late matches are merged by themselves, where they are unique */
      merge_late_matches: boolean;
      created_at: string;
      updated_at: string;
  } };
  /** Read a company. */
  getCompany: { input: {
      /** The slug of a company */
      slug: string;
  }; result: {
      /** A UUID in lower case */
      id: string;
      /** The slug of a company */
      slug: string;
      name: string;
      status: "active" | "disabled";
      /** Whether a person without a user gets a new one */
      creates_users: boolean;
      /** Whether late matches are merged by themselves, where they are unique */
      merge_late_matches: boolean;
      created_at: string;
      updated_at: string;
  } };
  /** Change the name or the status of a company, or whether it creates users. */
  updateCompany: { input: {
      /** The slug of a company */
      slug: string;
      body: {
          name?: string;
          status?: "active" | "disabled";
          creates_users?: boolean;
          merge_late_matches?: boolean;
      };
  }; result: {
      /** A UUID in lower case */
      id: string;
      /** The slug of a company */
      slug: string;
      name: string;
      status: "active" | "disabled";
      /** Whether a person without a user gets a new one */
      creates_users: boolean;
      /** Whether late matches are merged by themselves, where they are unique */
      merge_late_matches: boolean;
      created_at: string;
      updated_at: string;
  } };
  /** List the domains of a company. */
  listDomains: { input: {
      /** The cursor of the page before, as its `next` says */
      after?: string;
      limit?: number;
      /** The slug of a company */
      slug: string;
  }; result: {
      items: ({
          domain: string;
          /** The slug of a company */
          company: string;
          /** `operator`, or `dns` for a TXT record */
          verified_by: string;
          verified_at: string;
      })[];
      /** `after` of the next page; null on the last one */
      next: string | null;
  } };
  /** Add a domain to a company, or move it from another one. */
  putDomain: { input: {
      /** The slug of a company */
      slug: string;
      /** Like `example.com` */
      domain: string;
      body: {
          verified_by: "operator";
          /** The slug of a company */
          move_from?: string;
      };
  }; result: {
      domain: string;
      /** The slug of a company */
      company: string;
      /** `operator`, or `dns` for a TXT record */
      verified_by: string;
      verified_at: string;
  } };
  /** Take a domain from a company; links stay as they are. */
  deleteDomain: { input: {
      /** The slug of a company */
      slug: string;
      /** Like `example.com` */
      domain: string;
  }; result: undefined };
  /** Get the TXT record by which a company proves a domain. */
  challengeDomain: { input: {
      /** The slug of a company */
      slug: string;
      /** Like `example.com` */
      domain: string;
      body: {
          /** A new value; the old one proves nothing */
          new?: boolean;
      };
  }; result: {
      name: string;
      text: string;
  } };
  /** Look up the TXT record; a proven domain is added to the company. */
  checkDomain: { input: {
      /** The slug of a company */
      slug: string;
      /** Like `example.com` */
      domain: string;
  }; result: {
      domain: string;
      answer: "verified" | "no_record" | "other_value" | "no_such_domain" | "dns_unreachable";
      shown?: string | null;
  } };
  /** List the SSO clients of a company. */
  listClients: { input: {
      /** A UUID in lower case */
      after?: string;
      limit?: number;
      /** The slug of a company */
      slug: string;
  }; result: {
      items: ({
          /** A UUID in lower case */
          id: string;
          /** The slug of a company */
          company: string;
          region: string;
          issuer: string;
          client_id: string;
          auth_method: "client_secret_post" | "client_secret_basic";
          status: "draft" | "active" | "disabled";
          /** Raised by each change; sign-ins under way are refused then */
          version: number;
          logout_at_provider: boolean;
          organization: string | null;
          created_at: string;
          updated_at: string;
      })[];
      /** `after` of the next page; null on the last one */
      next: string | null;
  } };
  /** Create an SSO client, as a draft. */
  createClient: { input: {
      /** The slug of a company */
      slug: string;
      body: {
          client_id: string;
          /** Stored sealed, never returned */
          client_secret: string;
          /** As JUMPCLOUD_ISSUERS names it. Without it each listed issuer is asked */
          region?: string;
          auth_method?: "client_secret_post" | "client_secret_basic";
          logout_at_provider?: boolean;
          /** Ask JumpCloud whether the credential is right */
          check?: boolean;
      };
  }; result: {
      /** A UUID in lower case */
      id: string;
      /** The slug of a company */
      company: string;
      region: string;
      issuer: string;
      client_id: string;
      auth_method: "client_secret_post" | "client_secret_basic";
      status: "draft" | "active" | "disabled";
      /** Raised by each change; sign-ins under way are refused then */
      version: number;
      logout_at_provider: boolean;
      organization: string | null;
      created_at: string;
      updated_at: string;
  } };
  /** Change an SSO client. */
  updateClient: { input: {
      /** The slug of a company */
      slug: string;
      /** A UUID in lower case */
      id: string;
      body: {
          client_id?: string;
          /** Stored sealed, never returned */
          client_secret?: string;
          /** As JUMPCLOUD_ISSUERS names it. Without it each listed issuer is asked */
          region?: string;
          auth_method?: "client_secret_post" | "client_secret_basic";
          logout_at_provider?: boolean;
          /** Ask JumpCloud whether the credential is right */
          check?: boolean;
      };
  }; result: {
      /** A UUID in lower case */
      id: string;
      /** The slug of a company */
      company: string;
      region: string;
      issuer: string;
      client_id: string;
      auth_method: "client_secret_post" | "client_secret_basic";
      status: "draft" | "active" | "disabled";
      /** Raised by each change; sign-ins under way are refused then */
      version: number;
      logout_at_provider: boolean;
      organization: string | null;
      created_at: string;
      updated_at: string;
  } };
  /** Let the people of a company sign in by an SSO client; the one that was active is disabled. */
  activateClient: { input: {
      /** The slug of a company */
      slug: string;
      /** A UUID in lower case */
      id: string;
      body: {
          /** Although the company has no proven domain: links are made by hand */
          allow_no_domain?: boolean;
      };
  }; result: {
      client: {
          /** A UUID in lower case */
          id: string;
          /** The slug of a company */
          company: string;
          region: string;
          issuer: string;
          client_id: string;
          auth_method: "client_secret_post" | "client_secret_basic";
          status: "draft" | "active" | "disabled";
          /** Raised by each change; sign-ins under way are refused then */
          version: number;
          logout_at_provider: boolean;
          organization: string | null;
          created_at: string;
          updated_at: string;
      };
      replaced: string | null;
  } };
  /** End the sign-in by an SSO client; the links stay. */
  disableClient: { input: {
      /** The slug of a company */
      slug: string;
      /** A UUID in lower case */
      id: string;
  }; result: {
      /** A UUID in lower case */
      id: string;
      /** The slug of a company */
      company: string;
      region: string;
      issuer: string;
      client_id: string;
      auth_method: "client_secret_post" | "client_secret_basic";
      status: "draft" | "active" | "disabled";
      /** Raised by each change; sign-ins under way are refused then */
      version: number;
      logout_at_provider: boolean;
      organization: string | null;
      created_at: string;
      updated_at: string;
  } };
  /** Make a link by which a person tests an SSO client. */
  createTestLink: { input: {
      /** The slug of a company */
      slug: string;
      /** A UUID in lower case */
      id: string;
  }; result: {
      url: string;
      expires_at: string;
  } };
  /** List the secrets of an SSO client, the one in use first; the secrets themselves are never returned. */
  listClientSecrets: { input: {
      /** Include retired ones */
      retired?: boolean;
      /** The slug of a company */
      slug: string;
      /** A UUID in lower case */
      id: string;
  }; result: {
      items: ({
          /** A UUID in lower case */
          id: string;
          /** A UUID in lower case */
          sso_client_id: string;
          /** The slug of a company */
          company: string;
          /** The one that is tried first: it worked last */
          in_use: boolean;
          added_by: string | null;
          added_at: string;
          expires_on: string | null;
          working_since: string | null;
          last_worked_at: string | null;
          last_refused_at: string | null;
          retired_at: string | null;
      })[];
      /** `after` of the next page; null on the last one */
      next: string | null;
  } };
  /** Add a secret to an SSO client, which has two at most. */
  addClientSecret: { input: {
      /** The slug of a company */
      slug: string;
      /** A UUID in lower case */
      id: string;
      body: {
          /** Stored sealed, never returned */
          client_secret: string;
          /** The day on which it stops working */
          expires_on?: string;
          /** Ask JumpCloud whether it works */
          check?: boolean;
      };
  }; result: {
      secret: {
          /** A UUID in lower case */
          id: string;
          /** A UUID in lower case */
          sso_client_id: string;
          /** The slug of a company */
          company: string;
          /** The one that is tried first: it worked last */
          in_use: boolean;
          added_by: string | null;
          added_at: string;
          expires_on: string | null;
          working_since: string | null;
          last_worked_at: string | null;
          last_refused_at: string | null;
          retired_at: string | null;
      };
      answer: "works" | "refused" | "unclear" | null;
  } };
  /** Delete a secret of an SSO client; not the only one. */
  retireClientSecret: { input: {
      /** The slug of a company */
      slug: string;
      /** A UUID in lower case */
      id: string;
      /** A UUID in lower case */
      secret_id: string;
  }; result: undefined };
  /** List the setup links of a company, without what is secret. */
  listSetupLinks: { input: {
      /** A UUID in lower case */
      after?: string;
      limit?: number;
      /** The slug of a company */
      slug: string;
  }; result: {
      items: ({
          /** A UUID in lower case */
          id: string;
          /** The slug of a company */
          company: string;
          /** `setup`: everything, while no SSO client is active. `secret`: a new secret. `replace`: another Client ID, by a new DNS proof */
          purpose: "setup" | "secret" | "replace";
          state: "open" | "expired" | "revoked" | "fulfilled";
          created_by: string;
          created_at: string;
          expires_at: string;
          revoked_at: string | null;
          fulfilled_at: string | null;
      })[];
      /** `after` of the next page; null on the last one */
      next: string | null;
  } };
  /** Make a link by which a company’s JumpCloud admin enables SSO. */
  createSetupLink: { input: {
      /** The slug of a company */
      slug: string;
      body: {
          /** `setup`: everything, while no SSO client is active. `secret`: a new secret. `replace`: another Client ID, by a new DNS proof */
          purpose: "setup" | "secret" | "replace";
          /** Seconds */
          expires_in?: number;
      };
  }; result: {
      /** A UUID in lower case */
      id: string;
      /** The slug of a company */
      company: string;
      /** `setup`: everything, while no SSO client is active. `secret`: a new secret. `replace`: another Client ID, by a new DNS proof */
      purpose: "setup" | "secret" | "replace";
      state: "open" | "expired" | "revoked" | "fulfilled";
      created_by: string;
      created_at: string;
      expires_at: string;
      revoked_at: string | null;
      fulfilled_at: string | null;
      url: string;
  } };
  /** Revoke a setup link, and end what was opened by it. */
  deleteSetupLink: { input: {
      /** The slug of a company */
      slug: string;
      /** A UUID in lower case */
      id: string;
  }; result: undefined };
  /** Read a user and their social accounts. */
  getUser: { input: {
      /** The product's id of the user */
      user_id: string;
  }; result: {
      user_id: string;
      company: string | null;
      company_set_by: "import" | "link" | null;
      name: string | null;
      status: "active" | "suspended" | "deleted";
      accounts: ({
          provider: string;
          provider_user_id: string;
          email: string | null;
          email_verified: boolean;
      })[];
      created_at: string;
      updated_at: string;
  } };
  /** Create or change a user. */
  putUser: { input: {
      /** The product's id of the user */
      user_id: string;
      body: {
          company: string | null;
          name?: string | null;
          status?: "active" | "suspended";
          changed_at?: string | null;
      };
  }; result: {
      user_id: string;
      company: string | null;
      company_set_by: "import" | "link" | null;
      name: string | null;
      status: "active" | "suspended" | "deleted";
      accounts: ({
          provider: string;
          provider_user_id: string;
          email: string | null;
          email_verified: boolean;
      })[];
      created_at: string;
      updated_at: string;
  } };
  /** Erase a user. */
  deleteUser: { input: {
      /** The product's id of the user */
      user_id: string;
  }; result: undefined };
  /** Read a social account. */
  getAccount: { input: {
      /** The product's id of the user */
      user_id: string;
      provider: string;
      provider_user_id: string;
  }; result: {
      provider: string;
      provider_user_id: string;
      email: string | null;
      email_verified: boolean;
  } };
  /** Give a user a social account. */
  putAccount: { input: {
      /** The product's id of the user */
      user_id: string;
      provider: string;
      provider_user_id: string;
      body: {
          email: string | null;
          email_verified: boolean;
          changed_at?: string | null;
      };
  }; result: {
      provider: string;
      provider_user_id: string;
      email: string | null;
      email_verified: boolean;
  } };
  /** Take a social account from a user; a link that it led to stays. */
  deleteAccount: { input: {
      /** The product's id of the user */
      user_id: string;
      provider: string;
      provider_user_id: string;
  }; result: undefined };
  /** Count what would happen if a company's people came today. */
  getPreview: { input: {
      /** The slug of a company */
      slug: string;
  }; result: {
      counts: ({
          outcome: string;
          reason: string | null;
          count: number;
      })[];
      /** Accounts whose email signs in as another user than theirs */
      signs_in_as_another_user: number;
      /** The company's users whom no email would find, and what each would get */
      not_found_by_email: {
          outcome: string;
          reason: string | null;
          count: number;
      };
  } };
  /** List the SSO identities of a company, by id. */
  listIdentities: { input: {
      /** `removed`: the link was removed and waits for an approval */
      state?: "linked" | "removed" | "unlinked";
      /** A UUID in lower case */
      after?: string;
      limit?: number;
      /** The slug of a company */
      slug: string;
  }; result: {
      items: ({
          /** A UUID in lower case */
          sso_identity_id: string;
          /** A UUID in lower case */
          company_id: string;
          /** The slug of a company */
          company: string;
          /** `removed`: the link was removed and waits for an approval */
          state: "linked" | "removed" | "unlinked";
          user_id: string | null;
          linked_at: string | null;
          link_removed_at: string | null;
          issuer: string;
          subject: string;
          email: string | null;
          email_verified: boolean;
          name: string | null;
          first_login_at: string;
          last_login_at: string;
      })[];
      /** `after` of the next page; null on the last one */
      next: string | null;
  } };
  /** Read a digest of what `sso.identities` says of a company, to compare a copy with. */
  digestIdentities: { input: {
      /** The slug of a company */
      slug: string;
  }; result: {
      /** SSO identities with a state */
      count: number;
      max_sequence: number | null;
      buckets: (string)[];
  } };
  /** Read an SSO identity. */
  getIdentity: { input: {
      /** A UUID in lower case */
      id: string;
  }; result: {
      /** A UUID in lower case */
      sso_identity_id: string;
      /** A UUID in lower case */
      company_id: string;
      /** The slug of a company */
      company: string;
      /** `removed`: the link was removed and waits for an approval */
      state: "linked" | "removed" | "unlinked";
      user_id: string | null;
      linked_at: string | null;
      link_removed_at: string | null;
      issuer: string;
      subject: string;
      email: string | null;
      email_verified: boolean;
      name: string | null;
      first_login_at: string;
      last_login_at: string;
  } };
  /** Link an SSO identity to a user. */
  putLink: { input: {
      /** A UUID in lower case */
      id: string;
      body: {
          user_id: string;
      };
  }; result: {
      /** A UUID in lower case */
      sso_identity_id: string;
      /** A UUID in lower case */
      company_id: string;
      /** The slug of a company */
      company: string;
      /** `removed`: the link was removed and waits for an approval */
      state: "linked" | "removed" | "unlinked";
      user_id: string | null;
      linked_at: string | null;
      link_removed_at: string | null;
      issuer: string;
      subject: string;
      email: string | null;
      email_verified: boolean;
      name: string | null;
      first_login_at: string;
      last_login_at: string;
  } };
  /** Remove a link and end its sessions. */
  deleteLink: { input: {
      /** A UUID in lower case */
      id: string;
  }; result: {
      /** A UUID in lower case */
      sso_identity_id: string;
      user_id: string;
      sessions_ended: number;
  } };
  /** Let the next sign-in of an identity, whose link was removed, link again. */
  approveLink: { input: {
      /** A UUID in lower case */
      id: string;
  }; result: {
      /** A UUID in lower case */
      sso_identity_id: string;
      /** A UUID in lower case */
      company_id: string;
      /** The slug of a company */
      company: string;
      /** `removed`: the link was removed and waits for an approval */
      state: "linked" | "removed" | "unlinked";
      user_id: string | null;
      linked_at: string | null;
      link_removed_at: string | null;
      issuer: string;
      subject: string;
      email: string | null;
      email_verified: boolean;
      name: string | null;
      first_login_at: string;
      last_login_at: string;
  } };
  /** List people who have two users, since their social account came late. */
  listLateMatches: { input: {
      /** The slug of a company */
      company?: string;
      state?: "open" | "merged" | "dismissed";
      /** A UUID in lower case */
      after?: string;
      limit?: number;
  }; result: {
      items: ({
          /** A UUID in lower case */
          id: string;
          /** The slug of a company */
          company: string;
          /** A UUID in lower case */
          company_id: string;
          /** A UUID in lower case */
          sso_identity_id: string;
          email: string | null;
          /** The user that the sign-in created */
          created_user_id: string;
          /** The user of the product who has the social account */
          user_id: string;
          state: "open" | "merged" | "dismissed";
          found_at: string;
          decided_at: string | null;
          decided_by: string | null;
      })[];
      /** `after` of the next page; null on the last one */
      next: string | null;
  } };
  /** Move the link of the person to the user of the product. */
  mergeLateMatch: { input: {
      /** A UUID in lower case */
      id: string;
  }; result: {
      /** A UUID in lower case */
      id: string;
      /** The slug of a company */
      company: string;
      /** A UUID in lower case */
      company_id: string;
      /** A UUID in lower case */
      sso_identity_id: string;
      email: string | null;
      /** The user that the sign-in created */
      created_user_id: string;
      /** The user of the product who has the social account */
      user_id: string;
      state: "open" | "merged" | "dismissed";
      found_at: string;
      decided_at: string | null;
      decided_by: string | null;
  } };
  /** Decide that nothing is to be done. */
  dismissLateMatch: { input: {
      /** A UUID in lower case */
      id: string;
  }; result: {
      /** A UUID in lower case */
      id: string;
      /** The slug of a company */
      company: string;
      /** A UUID in lower case */
      company_id: string;
      /** A UUID in lower case */
      sso_identity_id: string;
      email: string | null;
      /** The user that the sign-in created */
      created_user_id: string;
      /** The user of the product who has the social account */
      user_id: string;
      state: "open" | "merged" | "dismissed";
      found_at: string;
      decided_at: string | null;
      decided_by: string | null;
  } };
  /** List link results, the newest first. */
  listResults: { input: {
      /** The slug of a company */
      company?: string;
      /** Of the person who last came with this email */
      email?: string;
      outcome?: "linked" | "already_linked" | "user_created" | "ambiguous" | "no_match" | "refused";
      /** Decided at this time or later */
      since?: string;
      /** A UUID in lower case */
      after?: string;
      limit?: number;
  }; result: {
      items: ({
          /** A UUID in lower case */
          login_id: string;
          /** A UUID in lower case */
          company_id: string;
          /** The slug of a company */
          company: string;
          outcome: "linked" | "already_linked" | "user_created" | "ambiguous" | "no_match" | "refused";
          reason: string | null;
          user_id: string | null;
          /** A UUID in lower case */
          sso_identity_id: string;
          decided_at: string;
          policy_version: number;
          /** As in `user.link_result` */
          matched: unknown[];
          /** As in `user.link_result` */
          evidence: Record<string, unknown>;
      })[];
      /** `after` of the next page; null on the last one */
      next: string | null;
  } };
  /** Read one result, with its sign-in and SSO identity. */
  getResult: { input: {
      /** A UUID in lower case */
      login_id: string;
  }; result: {
      /** A UUID in lower case */
      login_id: string;
      /** A UUID in lower case */
      company_id: string;
      /** The slug of a company */
      company: string;
      outcome: "linked" | "already_linked" | "user_created" | "ambiguous" | "no_match" | "refused";
      reason: string | null;
      user_id: string | null;
      /** A UUID in lower case */
      sso_identity_id: string;
      decided_at: string;
      policy_version: number;
      /** As in `user.link_result` */
      matched: unknown[];
      /** As in `user.link_result` */
      evidence: Record<string, unknown>;
      authenticated_at: string;
      /** A UUID in lower case */
      sso_client_id: string;
      issuer: string;
      subject: string;
      identity_email: string | null;
      identity_name: string | null;
      linked_to: string | null;
      linked_at: string | null;
      link_removed_at: string | null;
  } };
  /** Undo the links that the sign-ins of a misused SSO client made. */
  undoLinks: { input: {
      /** The slug of a company */
      slug: string;
      /** A UUID in lower case */
      id: string;
      body: {
          /** At this time or later */
          since: string;
          /** Before this time. Default: now */
          until?: string;
          /** Count, and change nothing */
          dry_run?: boolean;
          /** For the audit log */
          reason?: string;
      };
  }; result: {
      batch: string | null;
      /** Links that were removed */
      links: number;
      /** Users whom these sign-ins had created */
      suspended: number;
      /** Users who are of no company again */
      companies: number;
      /** Sessions that ended */
      sessions: number;
      changed_since: number | null;
  } };
  /** Make the links of an undo again, where nothing was changed since. */
  redoLinks: { input: {
      /** A UUID in lower case */
      id: string;
  }; result: {
      /** A UUID in lower case */
      batch: string;
      /** Links that were made again */
      links: number;
      /** Users whom the undo had suspended */
      resumed: number;
      /** Links that stay removed */
      left: number;
  } };
  /** Publish the link results of a company again. */
  replayResults: { input: {
      /** The slug of a company */
      slug: string;
      body: {
          /** At this time or later */
          since: string;
          /** Before this time. Default: now */
          until?: string;
          /** Count, and change nothing */
          dry_run?: boolean;
      };
  }; result: {
      type: "user.link_result";
      /** Results that are published again */
      events: number;
      /** Results of versions that stored no number: left out */
      unnumbered: number;
      dry_run: boolean;
  } };
  /** Publish the states of a company and of its SSO identities again. */
  republishStates: { input: {
      /** The slug of a company */
      slug: string;
  }; result: {
      companies: number;
      /** SSO identities, with the number that their state had */
      identities: number;
      /** SSO identities whose state was not published before */
      renewed: number;
  } };
  /** List the sessions of a user. */
  listSessions: { input: {
      /** The product's id of the user */
      user_id: string;
  }; result: {
      items: ({
          /** A UUID in lower case */
          id: string;
          /** A UUID in lower case */
          sso_identity_id: string;
          /** The slug of a company */
          company: string;
          device: string | null;
          created_at: string;
          last_used_at: string;
          expires_at: string;
      })[];
  } };
  /** End the sessions of a user. */
  revokeUserSessions: { input: {
      /** The product's id of the user */
      user_id: string;
  }; result: {
      /** How many sessions */
      ended: number;
  } };
  /** End the sessions of all people of a company. */
  revokeCompanySessions: { input: {
      /** The slug of a company */
      slug: string;
  }; result: {
      /** The slug of a company */
      company: string;
      not_before: string;
  } };
  /** What the directory of a company has pushed, in numbers. */
  getDirectory: { input: {
      /** The slug of a company */
      slug: string;
  }; result: {
      /** The slug of a company */
      company: string;
      enabled: boolean;
      tokens: number;
      last_used_at: string | null;
      /** Deleted ones not included */
      users: number;
      active_users: number;
      deleted_users: number;
      groups: number;
      /** SSO identities that a directory user is bound to */
      bound_identities: number;
      blocked_identities: number;
      blocked_last_hour: number;
      /** More than 30 % and more than 10 were blocked within an hour */
      mass_change: boolean;
  } };
  /** Let the directory of a company push, or refuse its requests. */
  updateDirectory: { input: {
      /** The slug of a company */
      slug: string;
      body: {
          enabled: boolean;
      };
  }; result: {
      /** The slug of a company */
      company: string;
      enabled: boolean;
      /** People who may not sign in from now on */
      blocked: number;
      /** People whom the directory no longer blocks */
      unblocked: number;
  } };
  /** List the users of a directory, and the SSO identities that they are bound to. */
  listDirectoryUsers: { input: {
      /** A UUID in lower case */
      after?: string;
      limit?: number;
      state?: "active" | "inactive" | "deleted";
      /** The slug of a company */
      slug: string;
  }; result: {
      items: ({
          /** A UUID in lower case */
          id: string;
          user_name: string;
          state: "active" | "inactive" | "deleted";
          external_id: string | null;
          sso_identity_id: string | null;
          bound_by: "external_id" | "email" | null;
          user_id: string | null;
          sign_in: "active" | "inactive" | null;
          updated_at: string;
      })[];
      /** `after` of the next page; null on the last one */
      next: string | null;
  } };
  /** Delete what is stored of one user of a directory; a block that came from the user ends. */
  forgetDirectoryUser: { input: {
      /** The slug of a company */
      slug: string;
      /** A user name, or an id of the list */
      user: string;
  }; result: {
      forgotten: (string)[];
      /** People whom the directory no longer blocks */
      unblocked: number;
  } };
  /** List the tokens of a directory, the oldest first, without what is secret. */
  listDirectoryTokens: { input: {
      /** Revoked ones as well */
      revoked?: boolean;
      /** The slug of a company */
      slug: string;
  }; result: {
      items: ({
          /** The public part of the token */
          id: string;
          /** `operator:<name>` or `key:<name>` */
          created_by: string;
          created_at: string;
          last_used_at: string | null;
          revoked_at: string | null;
      })[];
  } };
  /** Create a token for a directory. */
  createDirectoryToken: { input: {
      /** The slug of a company */
      slug: string;
  }; result: {
      /** The public part of the token */
      id: string;
      /** `operator:<name>` or `key:<name>` */
      created_by: string;
      created_at: string;
      last_used_at: string | null;
      revoked_at: string | null;
      /** A secret */
      token: string;
      /** The base URL for SCIM */
      scim_url: string;
  } };
  /** Revoke a token of a directory at once. */
  revokeDirectoryToken: { input: {
      /** The slug of a company */
      slug: string;
      /** The public part of the token */
      token_id: string;
  }; result: undefined };
  /** Read the audit log, the oldest entry first. */
  listAudit: { input: {
      /** The slug of a company */
      company?: string;
      /** The cursor of the page before, as its `next` says */
      after?: string;
      limit?: number;
  }; result: {
      items: ({
          /** Give it as `after` to continue after this entry */
          cursor: string;
          at: string;
          /** `operator:<name>` or `key:<name>` */
          actor: string;
          action: string;
          company: string | null;
          target: string;
          details: Record<string, unknown>;
      })[];
      /** `after` of the next page; null on the last one */
      next: string | null;
  } };
}

export const ROUTES: { readonly [Name in keyof Operations]: string } = {
  listCompanies: 'GET /v1/companies',
  createCompany: 'POST /v1/companies',
  getCompany: 'GET /v1/companies/{slug}',
  updateCompany: 'PATCH /v1/companies/{slug}',
  listDomains: 'GET /v1/companies/{slug}/domains',
  putDomain: 'PUT /v1/companies/{slug}/domains/{domain}',
  deleteDomain: 'DELETE /v1/companies/{slug}/domains/{domain}',
  challengeDomain: 'POST /v1/companies/{slug}/domains/{domain}/challenge',
  checkDomain: 'POST /v1/companies/{slug}/domains/{domain}/check',
  listClients: 'GET /v1/companies/{slug}/clients',
  createClient: 'POST /v1/companies/{slug}/clients',
  updateClient: 'PATCH /v1/companies/{slug}/clients/{id}',
  activateClient: 'POST /v1/companies/{slug}/clients/{id}/activate',
  disableClient: 'POST /v1/companies/{slug}/clients/{id}/disable',
  createTestLink: 'POST /v1/companies/{slug}/clients/{id}/test-links',
  listClientSecrets: 'GET /v1/companies/{slug}/clients/{id}/secrets',
  addClientSecret: 'POST /v1/companies/{slug}/clients/{id}/secrets',
  retireClientSecret: 'DELETE /v1/companies/{slug}/clients/{id}/secrets/{secret_id}',
  listSetupLinks: 'GET /v1/companies/{slug}/setup-links',
  createSetupLink: 'POST /v1/companies/{slug}/setup-links',
  deleteSetupLink: 'DELETE /v1/companies/{slug}/setup-links/{id}',
  getUser: 'GET /v1/users/{user_id}',
  putUser: 'PUT /v1/users/{user_id}',
  deleteUser: 'DELETE /v1/users/{user_id}',
  getAccount: 'GET /v1/users/{user_id}/accounts/{provider}/{provider_user_id}',
  putAccount: 'PUT /v1/users/{user_id}/accounts/{provider}/{provider_user_id}',
  deleteAccount: 'DELETE /v1/users/{user_id}/accounts/{provider}/{provider_user_id}',
  getPreview: 'GET /v1/companies/{slug}/preview',
  listIdentities: 'GET /v1/companies/{slug}/identities',
  digestIdentities: 'GET /v1/companies/{slug}/identities/digest',
  getIdentity: 'GET /v1/identities/{id}',
  putLink: 'PUT /v1/identities/{id}/link',
  deleteLink: 'DELETE /v1/identities/{id}/link',
  approveLink: 'POST /v1/identities/{id}/approve',
  listLateMatches: 'GET /v1/late-matches',
  mergeLateMatch: 'POST /v1/late-matches/{id}/merge',
  dismissLateMatch: 'POST /v1/late-matches/{id}/dismiss',
  listResults: 'GET /v1/results',
  getResult: 'GET /v1/results/{login_id}',
  undoLinks: 'POST /v1/companies/{slug}/clients/{id}/undo-links',
  redoLinks: 'POST /v1/link-batches/{id}/redo',
  replayResults: 'POST /v1/companies/{slug}/events/replay',
  republishStates: 'POST /v1/companies/{slug}/events/republish-state',
  listSessions: 'GET /v1/users/{user_id}/sessions',
  revokeUserSessions: 'DELETE /v1/users/{user_id}/sessions',
  revokeCompanySessions: 'DELETE /v1/companies/{slug}/sessions',
  getDirectory: 'GET /v1/companies/{slug}/directory',
  updateDirectory: 'PATCH /v1/companies/{slug}/directory',
  listDirectoryUsers: 'GET /v1/companies/{slug}/directory/users',
  forgetDirectoryUser: 'DELETE /v1/companies/{slug}/directory/users/{user}',
  listDirectoryTokens: 'GET /v1/companies/{slug}/directory/tokens',
  createDirectoryToken: 'POST /v1/companies/{slug}/directory/tokens',
  revokeDirectoryToken: 'DELETE /v1/companies/{slug}/directory/tokens/{token_id}',
  listAudit: 'GET /v1/audit',
};
