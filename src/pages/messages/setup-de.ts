import type { SetupMessages } from './setup-en.ts';

export const setupDe: SetupMessages = {
  title: {
    setup: (company) => `Single Sign-On für ${company} einrichten`,
    secret: (company) => `Neues Client Secret für ${company}`,
    replace: (company) => `JumpCloud-Anwendung von ${company} ersetzen`,
  },
  open: {
    text: (product) =>
      `Dieser Link verbindet JumpCloud mit ${product}. Er ist für die Person, die in Ihrem Unternehmen JumpCloud verwaltet.`,
    care: (until) =>
      `Wer den Link hat, kann ihn benutzen. Geben Sie ihn deshalb nicht weiter. Er gilt bis ${until}.`,
    button: 'Beginnen',
  },
  intro:
    'Die Schritte können in beliebiger Reihenfolge und auch an einem anderen Tag erledigt werden: Öffnen Sie denselben Link noch einmal.',
  introReplace:
    'Bis zum letzten Schritt ändert sich nichts: Ihre Leute melden sich an wie bisher. Zuerst muss eine Ihrer Domains einen neuen DNS-Eintrag zeigen.',
  state: { done: 'Erledigt', todo: 'Zu tun', waiting: 'Wartet' },
  updated: 'Die Seite wurde aktualisiert.',
  steps: {
    jumpcloud: 'Anwendung in JumpCloud anlegen',
    domains: 'Ihre Domain nachweisen',
    client: 'Client ID und Client Secret',
    secret: 'Das neue Client Secret',
    test: 'Anmeldung testen',
    people: 'Wer verbunden wird',
    enable: 'Single Sign-On einschalten',
  },
  jumpcloud: {
    portal:
      'Melden Sie sich im JumpCloud Admin Portal an, öffnen Sie „SSO Applications“ und klicken Sie auf „+ Add New Application“.',
    custom: 'Wählen Sie „Custom Application“ und klicken Sie auf „Next“.',
    features:
      'Wählen Sie „Manage Single Sign-On (SSO)“ und dann „Configure SSO with OIDC“. JumpCloud wählt SAML vor, prüfen Sie das also. Klicken Sie auf „Next“.',
    label: 'Display Label',
    portalTile:
      'Wählen Sie „Show application in User Portal“, klicken Sie auf „Next“ und dann auf „Configure Application“.',
    logo: 'Bild für „User Portal Image“',
    grant: 'Wählen Sie unter „Grant type“ den Eintrag „Refresh Token“.',
    redirect: 'Redirect URI',
    authentication: 'Client Authentication Type',
    login: 'Login URL',
    scopes: 'Schalten Sie unter „Attribute Mapping“ die Standard Scopes „Email“ und „Profile“ ein.',
    activate: 'Klicken Sie auf „Activate“. „Save“ genügt nicht.',
    copyBoth:
      'JumpCloud zeigt Client ID und Client Secret nur einmal. Lassen Sie das Fenster offen, bis Sie beide unten eingefügt haben.',
    groups:
      'Weisen Sie auf der Registerkarte „User Groups“ alle zu, die sich anmelden dürfen, auch sich selbst.',
  },
  domains: {
    intro:
      'Personen werden an ihrer geschäftlichen E-Mail-Adresse erkannt, deshalb muss deren Domain Ihnen gehören. Eine Subdomain ist eine eigene Domain.',
    introReplace:
      'Veröffentlichen Sie den neuen Eintrag für eine dieser Domains. Einträge früherer Nachweise zählen nicht.',
    none: 'Mit diesem Link kann keine Domain nachgewiesen werden. Bitten Sie um Hilfe.',
    label: 'Domain',
    add: 'Domain hinzufügen',
    proven: (domain) => `${domain} ist nachgewiesen.`,
    publish: (domain) => `Legen Sie beim DNS-Anbieter von ${domain} diesen TXT-Eintrag an:`,
    name: 'Name',
    type: 'Typ',
    value: 'Wert',
    stays: 'Der Wert bleibt gleich. Bis DNS ihn zeigt, können Minuten oder Stunden vergehen.',
    check: 'Jetzt prüfen',
    forget: 'Diese Domain entfernen',
    answers: {
      no_record: 'DNS zeigt den Eintrag noch nicht.',
      other_value: (shown) => `DNS zeigt einen anderen Wert: ${shown}. Ersetzen Sie ihn durch den Wert oben.`,
      no_such_domain: 'DNS kennt keine solche Domain. Prüfen Sie die Schreibweise.',
      dns_unreachable: 'DNS hat nicht geantwortet. Versuchen Sie es in einer Minute erneut.',
      verified: 'DNS zeigt den Eintrag.',
    },
  },
  client: {
    intro:
      'Fügen Sie beide aus JumpCloud ein. Sie werden bei JumpCloud geprüft, bevor sie gespeichert werden; das Secret wird verschlüsselt gespeichert und nie wieder angezeigt.',
    secretIntro:
      'Öffnen Sie in JumpCloud die Anwendung mit dieser Client ID und erzeugen Sie auf der Registerkarte „SSO“ ein neues Client Secret. Fügen Sie es sofort hier ein: Das alte gilt nicht mehr.',
    afterProof: 'Dieser Schritt öffnet sich, sobald DNS den neuen Eintrag zeigt.',
    id: 'Client ID',
    secret: 'Client Secret',
    save: 'Prüfen und speichern',
    saved: (clientId, region) => `Gespeichert: Client ID ${clientId}, Region ${region}.`,
    again: 'Um sie zu ändern, fügen Sie beide erneut ein. Dann ist ein neuer Test nötig.',
  },
  test: {
    intro:
      'Melden Sie sich einmal bei JumpCloud an. Dadurch wird hier niemand angemeldet, und für andere ändert sich nichts.',
    start: 'Test beginnen',
    afterClient: 'Dieser Schritt öffnet sich, sobald Client ID und Client Secret gespeichert sind.',
    passed: (at) => `Der Test wurde am ${at} bestanden. Er gilt 24 Stunden.`,
    old: 'Ein Test wurde vor mehr als 24 Stunden bestanden. Testen Sie erneut.',
    failed: (at) => `Der letzte Test, am ${at}, wurde nicht bestanden:`,
    email: 'Eine E-Mail-Adresse kam an',
    verified: 'JumpCloud bestätigt die E-Mail-Adresse',
    domain: 'Die Domain der E-Mail-Adresse ist nachgewiesen',
    refresh: '„Refresh Token“ ist unter „Grant type“ ausgewählt',
    back: 'Zurück zur Einrichtung',
  },
  people: {
    intro: 'Sehen Sie, was mit denen geschieht, die schon ein Konto haben.',
    show: 'Zeigen, wer verbunden wird',
    afterProof: 'Dieser Schritt öffnet sich, sobald eine Domain nachgewiesen ist.',
    title: 'Wer verbunden wird',
    groups: {
      existing: 'Melden sich in ihrem bisherigen Konto an',
      new: 'Erhalten ein neues Konto',
      attention: 'Brauchen Aufmerksamkeit: Bitten Sie für diese um Hilfe',
    },
    more: (count) => `und ${count} weitere`,
    nobody: 'Niemand',
    notFound: (count) =>
      `Benutzer Ihres Unternehmens, die keine E-Mail-Adresse in einer nachgewiesenen Domain haben: ${count}. Sie behalten ihr Konto und können sich mit JumpCloud nicht darin anmelden.`,
    back: 'Zurück zur Einrichtung',
  },
  enable: {
    intro:
      'Ab dann können sich alle anmelden, die Sie in JumpCloud zugewiesen haben. Andere Anmeldemöglichkeiten bleiben.',
    introReplace:
      'Ab dann melden sich alle über die neue Anwendung an. Die bisherige funktioniert nicht mehr.',
    missing: {
      domain: 'Eine nachgewiesene Domain fehlt.',
      client: 'Client ID und Client Secret fehlen.',
      test: 'Ein bestandener Test der letzten 24 Stunden fehlt.',
    },
    button: 'Einschalten',
  },
  done: {
    enabled: (company) => `Single Sign-On ist für ${company} eingeschaltet.`,
    secret: 'Das neue Client Secret funktioniert und wird verwendet.',
    disabled: (company) =>
      `Single Sign-On ist für ${company} ausgeschaltet. Um es wieder einzuschalten, bitten Sie um einen neuen Link.`,
    preview: 'Das sehen Ihre Leute:',
    colleagues: 'Ein Text für Ihre Kolleginnen und Kollegen',
    message: (product, url) =>
      `Sie können sich bei ${product} jetzt mit JumpCloud anmelden: Öffnen Sie ${url} und wählen Sie „Weiter mit JumpCloud“. Wenn Sie sich bisher mit Google oder GitHub angemeldet haben, behalten Sie Ihr Konto.`,
    disable: 'Single Sign-On ausschalten',
    disableText:
      'Alle, die sich mit JumpCloud angemeldet haben, werden abgemeldet. Konten und Verbindungen bleiben.',
    closed: 'Dieser Link hat seinen Zweck erfüllt und kann nicht noch einmal geöffnet werden.',
  },
  errors: {
    domain_invalid:
      'Das ist keine Domain. Geben Sie nur ein, was nach dem @ steht, zum Beispiel example.com.',
    domain_public_suffix:
      'Unter diesem Namen kann sich jeder registrieren, er kann also nicht Ihnen allein gehören. Geben Sie Ihre eigene Domain ein.',
    domain_freemail: 'Das ist ein öffentlicher E-Mail-Anbieter. Geben Sie die Domain Ihres Unternehmens ein.',
    domain_taken: 'Diese Domain wird schon anderswo verwendet. Bitten Sie um Hilfe.',
    challenge_not_found: 'Diese Domain steht nicht mehr auf der Liste. Fügen Sie sie erneut hinzu.',
    setup_domain_limit: 'Zu viele Domains warten auf ihren Eintrag. Entfernen Sie zuerst eine.',
    setup_domain_fixed: 'Mit diesem Link kann keine Domain hinzugefügt werden. Bitten Sie um Hilfe.',
    client_id_invalid: 'Fügen Sie die Client ID so ein, wie JumpCloud sie zeigt.',
    client_secret_invalid: 'Fügen Sie nur das Client Secret ein, in einer Zeile.',
    client_credential_wrong:
      'JumpCloud lehnt sie ab. Prüfen Sie zwei Dinge: Das Client Secret ist vollständig und gehört zu dieser Client ID; der Client Authentication Type ist „Client Secret Post“. Klicken Sie dann in JumpCloud noch einmal auf „Activate“.',
    client_check_failed:
      'JumpCloud konnte nicht gefragt werden. Nichts wurde gespeichert. Versuchen Sie es in einer Minute erneut.',
    client_region_ambiguous: 'Mehrere Regionen von JumpCloud kennen diese Client ID. Bitten Sie um Hilfe.',
    client_taken: 'Diese Client ID wird schon verwendet. Legen Sie in JumpCloud eine eigene Anwendung an.',
    client_same:
      'Diese Client ID wird bereits verwendet. Bitten Sie für ein neues Secret um einen anderen Link.',
    client_changed: 'Jemand anderes hat das inzwischen geändert. Sehen Sie die Schritte noch einmal an.',
    setup_proof_missing: 'Weisen Sie zuerst eine Domain nach.',
    setup_test_missing:
      'Testen Sie zuerst die Anmeldung. Ein Test gilt 24 Stunden, und nur für die gespeicherte Client ID und das gespeicherte Client Secret.',
  },
};
