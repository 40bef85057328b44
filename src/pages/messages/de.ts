import type { Messages } from './en.ts';
import { setupDe } from './setup-de.ts';

export const de: Messages = {
  locale: 'de',
  signIn: {
    title: (product) => `Bei ${product} anmelden`,
    email: 'Geschäftliche E-Mail-Adresse',
    continue: 'Weiter',
    continueWithJumpCloud: 'Weiter mit JumpCloud',
    company: (company) => `${company} meldet sich mit JumpCloud an.`,
    notThisCompany: (company) => `Nicht ${company}? Andere E-Mail-Adresse verwenden`,
    otherWays: 'Andere Anmeldemöglichkeiten',
    anotherEmail: 'Andere E-Mail-Adresse verwenden',
    signedOut: 'Sie sind abgemeldet.',
    emailMalformed: 'Das sieht nicht wie eine E-Mail-Adresse aus. Bitte prüfen Sie die Eingabe.',
    noCompany:
      'Für diese E-Mail-Adresse gibt es kein Single Sign-On. Prüfen Sie die Adresse oder fragen Sie Ihre Administration.',
    again: 'Erneut anmelden',
    signOut: 'Abmelden',
  },
  wait: {
    title: 'Sie werden angemeldet',
    connecting: (company) =>
      `Ihr Konto bei ${company} wird verbunden. Das dauert normalerweise eine Sekunde.`,
    long: 'Sie sind bei JumpCloud angemeldet. Das Verbinden Ihres Kontos dauert länger als üblich.',
    nothingLost:
      'Es geht nichts verloren: Lassen Sie diese Seite offen, dann geht es von selbst weiter, oder melden Sie sich in einigen Minuten erneut an.',
    checkAgain: 'Erneut prüfen',
  },
  test: {
    title: 'Das war ein Test',
    intro: (company) =>
      `JumpCloud hat Sie für ${company} angemeldet. Hier ist niemand angemeldet, und nichts wurde geändert.`,
    toDo: 'Zu tun:',
    email: 'E-Mail-Adresse',
    emailMissing: 'fehlt. Aktivieren Sie „Email“ in der Attributzuordnung der Anwendung.',
    emailOdd: (came) => `${came}. Ordnen Sie „email“ in der Attributzuordnung eine einzelne Adresse zu.`,
    verified: 'Bestätigte E-Mail-Adresse',
    verifiedYes: 'JumpCloud bestätigt sie',
    verifiedNo: 'JumpCloud bestätigt sie nicht, daher kann niemand über sie verbunden werden',
    verifiedOdd: (came) => `${came}. Korrigieren Sie „email_verified“ in der Attributzuordnung.`,
    domain: 'Domain',
    domainNone: 'keine, weil es keine E-Mail-Adresse gibt',
    domainYes: (domain, company) => `${domain} gehört zu ${company}`,
    domainNo: (domain, company) => `dass ${domain} zu ${company} gehört, ist nicht nachgewiesen`,
    refresh: 'Refresh-Token',
    refreshYes: 'wer in JumpCloud entfernt wird, wird auch hier abgemeldet',
    refreshNo: 'fehlt. Wählen Sie „Refresh Token“ unter „Grant type“ in der Anwendung.',
    organization: 'Organisation',
    organizationNone: 'nicht gesendet und nicht nötig',
    organizationMoved: (now, before) => `${now}, bei der ersten Anmeldung aber ${before}`,
    groups: 'Gruppen',
    groupsNone: 'keine und nicht nötig',
    logout: 'Abmeldung bei JumpCloud',
    logoutNone: 'diese Region bietet keine. Die Abmeldung gilt nur hier.',
    logoutTry:
      'Beim Abmelden endet auch die Sitzung bei JumpCloud. Zeigt JumpCloud einen Fehler, registrieren Sie die Adresse.',
    logoutButton: 'Abmeldung ausprobieren',
    refused: (title, text) =>
      `Bei der ersten echten Anmeldung kämen Sie nicht hinein. Auf der Seite stünde: „${title}. ${text}“`,
    created: 'Bei der ersten echten Anmeldung bekämen Sie ein neues Konto.',
    linked: 'Bei der ersten echten Anmeldung kämen Sie in das Konto, das Sie schon haben.',
    asBefore: 'Bei der nächsten echten Anmeldung kämen Sie wie bisher in Ihr Konto.',
  },
  setup: setupDe,
  signedOut: {
    title: 'Sie sind abgemeldet',
    atJumpCloud: 'Sie werden auch bei JumpCloud abgemeldet …',
  },
  sessions: {
    title: 'Wo Sie angemeldet sind',
    thisOne: 'dieser Browser',
    unknownDevice: 'Unbekannter Browser',
    started: (ago) => `Angemeldet ${ago}`,
    lastUsed: (ago) => `Zuletzt benutzt ${ago}`,
    end: 'Dort abmelden',
    endOthers: 'Überall sonst abmelden',
    noOthers: 'Sie sind sonst nirgends angemeldet.',
    ended: 'Sie sind dort abgemeldet.',
    back: (product) => `Zurück zu ${product}`,
  },
  footer: {
    reference: (reference) => `Referenz: ${reference}`,
    copy: 'Kopieren',
    copied: 'Kopiert',
    support: 'Support kontaktieren',
    terms: 'Nutzungsbedingungen',
    privacy: 'Datenschutz',
  },
  problems: {
    attempt_missing: {
      title: 'Bitte beginnen Sie neu',
      text: 'Diese Anmeldung wurde nicht in diesem Browser begonnen oder hat zu lange gedauert. Beginnen Sie hier erneut.',
    },
    cookie_missing: {
      title: 'Bitte beginnen Sie neu',
      text: 'Dieser Browser hat kein Cookie Ihrer Anmeldung. Erlauben Sie Cookies für diese Website, oder beginnen Sie erneut in dem Browser, in dem Sie angefangen haben.',
    },
    request_malformed: {
      title: 'Bitte beginnen Sie neu',
      text: 'Die Adresse dieser Seite ist unvollständig. Beginnen Sie die Anmeldung hier erneut.',
    },
    iss_mismatch: {
      title: 'Bitte beginnen Sie neu',
      text: 'Die Antwort von JumpCloud gehörte nicht zu dieser Anmeldung. Beginnen Sie hier erneut.',
    },
    provider_error_unknown: {
      title: 'Bitte beginnen Sie neu',
      text: 'JumpCloud konnte diese Anmeldung nicht fortsetzen. Beginnen Sie hier erneut.',
    },
    provider_step_repeated: {
      title: 'Bitte beginnen Sie neu',
      text: 'Dieser Schritt bei JumpCloud wurde doppelt ausgeführt, etwa über die Zurück-Taste. Beginnen Sie hier erneut. Lehnt JumpCloud Sie dann ab, bitten Sie Ihre Administration, Ihnen diese Anwendung zuzuweisen.',
    },
    grant_rejected: {
      title: 'Bitte beginnen Sie neu',
      text: 'Die Antwort von JumpCloud wurde bereits verwendet oder kam zu spät. Beginnen Sie die Anmeldung hier erneut.',
    },
    answer_not_verified: {
      title: 'Die Anmeldung wurde nicht angenommen',
      text: 'Die Antwort von JumpCloud konnte nicht überprüft werden. Beginnen Sie erneut; tritt es wieder auf, informieren Sie Ihre Administration.',
    },
    access_denied: {
      title: 'JumpCloud hat den Zugang abgelehnt',
      text: 'Bitten Sie Ihre Administration, Ihnen diese Anwendung in JumpCloud zuzuweisen, und versuchen Sie es dann erneut.',
    },
    cross_site: {
      title: 'Sie sind noch angemeldet',
      text: 'Eine andere Website wollte Sie abmelden. Wenn Sie das möchten, melden Sie sich im Produkt selbst ab.',
    },
    test_link_expired: {
      title: 'Dieser Testlink ist abgelaufen',
      text: 'Ein Testlink gilt eine Stunde, und nur solange die Verbindung unverändert ist. Bitten Sie die Person, von der Sie ihn haben, um einen neuen.',
    },
    sso_not_active: {
      title: 'Hier gibt es kein Single Sign-On',
      text: 'Für dieses Unternehmen ist Single Sign-On nicht eingeschaltet. Fragen Sie Ihre Administration.',
    },
    not_found: {
      title: 'Diese Seite gibt es nicht',
      text: 'Prüfen Sie die Adresse oder melden Sie sich hier an.',
    },
    rate_limited: {
      title: 'Zu viele Anmeldungen auf einmal',
      text: 'Warten Sie eine Minute und versuchen Sie es erneut.',
    },
    provider_failed: {
      title: 'JumpCloud hat ein Problem',
      text: 'JumpCloud konnte die Anmeldung nicht abschließen. Versuchen Sie es in einigen Minuten erneut.',
    },
    provider_answer_invalid: {
      title: 'JumpCloud hat ein Problem',
      text: 'Die Antwort von JumpCloud war nicht verwendbar. Versuchen Sie es in einigen Minuten erneut.',
    },
    needs_attention: {
      title: 'Single Sign-On muss geprüft werden',
      text: 'Die Verbindung zwischen diesem Produkt und JumpCloud ist nicht mehr aktuell. Informieren Sie Ihre Administration.',
    },
    provider_unreachable: {
      title: 'JumpCloud ist nicht erreichbar',
      text: 'Versuchen Sie es in einigen Minuten erneut. An Ihrem Konto hat sich nichts geändert.',
    },
    provider_timeout: {
      title: 'JumpCloud braucht zu lange',
      text: 'Versuchen Sie es in einigen Minuten erneut. An Ihrem Konto hat sich nichts geändert.',
    },
    setup_session_missing: {
      title: 'Öffnen Sie den Einrichtungslink erneut',
      text: 'In diesem Browser ist keine Einrichtung offen, oder sie war länger als acht Stunden offen. Öffnen Sie den Link, den Sie erhalten haben, noch einmal. Was Sie getan haben, ist gespeichert.',
    },
    setup_link_unknown: {
      title: 'Dieser Einrichtungslink ist ungültig',
      text: 'Prüfen Sie, ob die ganze Adresse geöffnet wurde, oder bitten Sie um einen neuen Link.',
    },
    setup_link_expired: {
      title: 'Dieser Einrichtungslink ist abgelaufen',
      text: 'Was Sie getan haben, ist gespeichert. Bitten Sie um einen neuen Link und machen Sie dort weiter.',
    },
    setup_link_revoked: {
      title: 'Dieser Einrichtungslink wurde widerrufen',
      text: 'Er kann nicht mehr benutzt werden. Bitten Sie um einen neuen Link.',
    },
    setup_link_fulfilled: {
      title: 'Dieser Einrichtungslink hat seinen Zweck erfüllt',
      text: 'Single Sign-On wurde eingerichtet, und der Link kann nicht noch einmal benutzt werden. Bitten Sie für eine Änderung um einen neuen Link.',
    },
    setup_cross_site: {
      title: 'Bitte versuchen Sie es erneut',
      text: 'Das Formular kam nicht von dieser Seite, daher wurde nichts geändert. Öffnen Sie die Einrichtung erneut und erlauben Sie Cookies für diese Website.',
    },
    setup_rate_limited: {
      title: 'Zu viele Anfragen auf einmal',
      text: 'Warten Sie eine Minute und machen Sie dann mit der Einrichtung weiter. Es geht nichts verloren.',
    },
    unavailable: {
      title: 'Die Anmeldung ist kurz nicht verfügbar',
      text: 'Versuchen Sie es in einer Minute erneut. An Ihrem Konto hat sich nichts geändert.',
    },
  },
  refusals: {
    sso_disabled: {
      title: 'Single Sign-On ist ausgeschaltet',
      text: 'Das Single Sign-On Ihres Unternehmens ist derzeit nicht aktiv. Fragen Sie Ihre Administration.',
    },
    user_suspended: {
      title: 'Ihr Konto ist gesperrt',
      text: 'Bitten Sie Ihre Administration, es wieder freizugeben.',
    },
    email_missing: {
      title: 'JumpCloud hat keine E-Mail-Adresse gesendet',
      text: 'Bitten Sie Ihre Administration, „Email“ in der Attributzuordnung der Anwendung in JumpCloud zu aktivieren.',
    },
    email_unverified: {
      title: 'Ihre E-Mail-Adresse ist nicht bestätigt',
      text: 'Laut JumpCloud ist Ihre E-Mail-Adresse nicht bestätigt. Bitten Sie Ihre Administration, sie zu bestätigen, und melden Sie sich dann erneut an.',
    },
    domain_not_owned: {
      title: 'Diese E-Mail-Adresse kann hier nicht verwendet werden',
      text: 'Die Domain Ihrer E-Mail-Adresse ist für Ihr Unternehmen nicht eingerichtet. Fragen Sie Ihre Administration.',
    },
    directory_inactive: {
      title: 'Ihr Zugang wurde beendet',
      text: 'Laut dem Verzeichnis Ihres Unternehmens haben Sie keinen Zugang mehr. Wenden Sie sich an Ihre Administration.',
    },
    link_removed: {
      title: 'Diese Anmeldung wurde getrennt',
      text: 'Die Administration hat JumpCloud von Ihrem Konto getrennt. Bitten Sie darum, es wieder freizugeben.',
    },
    not_linked: {
      title: 'Wir konnten Sie mit keinem Konto verbinden',
      text: 'Ihre Administration kann das für Sie tun.',
    },
  },
};
