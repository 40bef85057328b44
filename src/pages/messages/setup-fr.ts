import type { SetupMessages } from './setup-en.ts';

export const setupFr: SetupMessages = {
  title: {
    setup: (company) => `Configurer l’authentification unique pour ${company}`,
    secret: (company) => `Nouveau Client Secret pour ${company}`,
    replace: (company) => `Remplacer l’application JumpCloud de ${company}`,
  },
  open: {
    text: (product) =>
      `Ce lien relie JumpCloud à ${product}. Il est destiné à la personne qui administre JumpCloud dans votre entreprise.`,
    care: (until) =>
      `Toute personne qui a le lien peut l’utiliser : ne le transmettez pas. Il est valable jusqu’au ${until}.`,
    button: 'Commencer',
  },
  intro: 'Les étapes peuvent se faire dans n’importe quel ordre, et un autre jour : rouvrez le même lien.',
  introReplace:
    'Rien ne change avant la dernière étape : vos utilisateurs se connectent comme avant. D’abord, l’un de vos domaines doit afficher un nouvel enregistrement DNS.',
  state: { done: 'Fait', todo: 'À faire', waiting: 'En attente' },
  updated: 'La page a été mise à jour.',
  steps: {
    jumpcloud: 'Créer l’application dans JumpCloud',
    domains: 'Prouver votre domaine',
    client: 'Client ID et Client Secret',
    secret: 'Le nouveau Client Secret',
    test: 'Tester la connexion',
    people: 'Qui sera relié',
    enable: 'Activer l’authentification unique',
  },
  jumpcloud: {
    portal:
      'Connectez-vous au JumpCloud Admin Portal, ouvrez « SSO Applications » et cliquez sur « + Add New Application ».',
    custom: 'Sélectionnez « Custom Application » et cliquez sur « Next ».',
    features:
      'Sélectionnez « Manage Single Sign-On (SSO) », puis « Configure SSO with OIDC ». JumpCloud présélectionne SAML : vérifiez ce choix. Cliquez sur « Next ».',
    label: 'Display Label',
    portalTile:
      'Sélectionnez « Show application in User Portal », puis cliquez sur « Next » et « Configure Application ».',
    logo: 'Image pour « User Portal Image »',
    grant: 'Sous « Grant type », sélectionnez « Refresh Token ».',
    redirect: 'Redirect URI',
    authentication: 'Client Authentication Type',
    login: 'Login URL',
    scopes: 'Sous « Attribute Mapping », activez les Standard Scopes « Email » et « Profile ».',
    activate: 'Cliquez sur « Activate ». « Save » ne suffit pas.',
    copyBoth:
      'JumpCloud affiche le Client ID et le Client Secret une seule fois. Gardez la fenêtre ouverte jusqu’à ce que vous ayez collé les deux ci-dessous.',
    groups:
      'Dans l’onglet « User Groups », attribuez l’application à toutes les personnes qui peuvent se connecter, vous compris.',
  },
  domains: {
    intro:
      'Les personnes sont reconnues à leur adresse e-mail professionnelle, dont le domaine doit donc être le vôtre. Un sous-domaine est un domaine à part.',
    introReplace:
      'Publiez le nouvel enregistrement pour l’un de ces domaines. Les enregistrements des preuves précédentes ne comptent pas.',
    none: 'Ce lien ne permet de prouver aucun domaine. Demandez de l’aide.',
    label: 'Domaine',
    add: 'Ajouter le domaine',
    proven: (domain) => `${domain} est prouvé.`,
    publish: (domain) => `Chez le fournisseur DNS de ${domain}, ajoutez cet enregistrement TXT :`,
    name: 'Nom',
    type: 'Type',
    value: 'Valeur',
    stays: 'La valeur reste la même. Le DNS peut mettre de quelques minutes à quelques heures à l’afficher.',
    check: 'Vérifier maintenant',
    forget: 'Retirer ce domaine',
    answers: {
      no_record: 'Le DNS n’affiche pas encore l’enregistrement.',
      other_value: (shown) =>
        `Le DNS affiche une autre valeur : ${shown}. Remplacez-la par la valeur ci-dessus.`,
      no_such_domain: 'Le DNS ne connaît pas ce domaine. Vérifiez l’orthographe.',
      dns_unreachable: 'Le DNS n’a pas répondu. Réessayez dans une minute.',
      verified: 'Le DNS affiche l’enregistrement.',
    },
  },
  client: {
    intro:
      'Collez les deux depuis JumpCloud. Ils sont vérifiés auprès de JumpCloud avant d’être enregistrés ; le secret est chiffré et n’est plus jamais affiché.',
    secretIntro:
      'Dans JumpCloud, ouvrez l’application qui a ce Client ID et créez un nouveau Client Secret dans l’onglet « SSO ». Collez-le ici tout de suite : l’ancien ne fonctionne plus.',
    afterProof: 'Cette étape s’ouvre quand le DNS affiche le nouvel enregistrement.',
    id: 'Client ID',
    secret: 'Client Secret',
    save: 'Vérifier et enregistrer',
    saved: (clientId, region) => `Enregistré : Client ID ${clientId}, région ${region}.`,
    again: 'Pour les modifier, collez de nouveau les deux. Un nouveau test sera nécessaire.',
  },
  test: {
    intro:
      'Connectez-vous une fois à JumpCloud. Cela ne connecte personne ici, et rien ne change pour les autres.',
    start: 'Commencer le test',
    afterClient: 'Cette étape s’ouvre quand le Client ID et le Client Secret sont enregistrés.',
    passed: (at) => `Le test a réussi le ${at}. Il compte pendant 24 heures.`,
    old: 'Un test a réussi il y a plus de 24 heures. Testez de nouveau.',
    failed: (at) => `Le dernier test, le ${at}, n’a pas réussi :`,
    email: 'Une adresse e-mail est arrivée',
    verified: 'JumpCloud confirme l’adresse e-mail',
    domain: 'Le domaine de l’adresse e-mail est prouvé',
    refresh: '« Refresh Token » est sélectionné sous « Grant type »',
    back: 'Retour à la configuration',
  },
  people: {
    intro: 'Voyez ce qui arrivera aux personnes qui ont déjà un compte.',
    show: 'Afficher qui sera relié',
    afterProof: 'Cette étape s’ouvre quand un domaine est prouvé.',
    title: 'Qui sera relié',
    groups: {
      existing: 'Se connectent au compte qu’elles ont',
      new: 'Obtiennent un nouveau compte',
      attention: 'À examiner : demandez de l’aide pour celles-ci',
    },
    more: (count) => `et ${count} de plus`,
    nobody: 'Aucune',
    notFound: (count) =>
      `Utilisateurs de votre entreprise sans adresse e-mail dans un domaine prouvé : ${count}. Ils gardent leur compte et ne peuvent pas s’y connecter avec JumpCloud.`,
    back: 'Retour à la configuration',
  },
  enable: {
    intro:
      'Dès lors, toutes les personnes auxquelles vous avez attribué l’application dans JumpCloud peuvent se connecter. Les autres façons de se connecter restent.',
    introReplace:
      'Dès lors, tout le monde se connecte avec la nouvelle application. L’ancienne ne fonctionne plus.',
    missing: {
      domain: 'Il manque un domaine prouvé.',
      client: 'Il manque le Client ID et le Client Secret.',
      test: 'Il manque un test réussi dans les dernières 24 heures.',
    },
    button: 'Activer',
  },
  done: {
    enabled: (company) => `L’authentification unique est activée pour ${company}.`,
    secret: 'Le nouveau Client Secret fonctionne et il est utilisé.',
    disabled: (company) =>
      `L’authentification unique est désactivée pour ${company}. Pour la réactiver, demandez un nouveau lien.`,
    preview: 'Voici ce que voient vos utilisateurs :',
    colleagues: 'Un texte pour vos collègues',
    message: (product, url) =>
      `Vous pouvez maintenant vous connecter à ${product} avec JumpCloud : ouvrez ${url} et choisissez « Continuer avec JumpCloud ». Si vous vous connectiez avec Google ou GitHub, vous gardez votre compte.`,
    disable: 'Désactiver l’authentification unique',
    disableText:
      'Toutes les personnes connectées avec JumpCloud sont déconnectées. Les comptes et les liens restent.',
    closed: 'Ce lien a rempli son rôle et ne peut plus être ouvert.',
  },
  errors: {
    domain_invalid: 'Ce n’est pas un domaine. Saisissez seulement ce qui suit le @, comme example.com.',
    domain_public_suffix:
      'Tout le monde peut s’enregistrer sous ce nom, il ne peut donc pas être à vous seul. Saisissez votre propre domaine.',
    domain_freemail: 'C’est un fournisseur d’e-mail public. Saisissez le domaine de votre entreprise.',
    domain_taken: 'Ce domaine est déjà utilisé ailleurs. Demandez de l’aide.',
    challenge_not_found: 'Ce domaine n’est plus dans la liste. Ajoutez-le de nouveau.',
    setup_domain_limit: 'Trop de domaines attendent leur enregistrement. Retirez-en un d’abord.',
    setup_domain_fixed: 'Ce lien ne permet pas d’ajouter un domaine. Demandez de l’aide.',
    client_id_invalid: 'Collez le Client ID tel que JumpCloud l’affiche.',
    client_secret_invalid: 'Collez seulement le Client Secret, sur une seule ligne.',
    client_credential_wrong:
      'JumpCloud les refuse. Vérifiez deux choses : le Client Secret est complet et correspond à ce Client ID ; le Client Authentication Type est « Client Secret Post ». Cliquez ensuite de nouveau sur « Activate » dans JumpCloud.',
    client_check_failed:
      'JumpCloud n’a pas pu être interrogé. Rien n’a été enregistré. Réessayez dans une minute.',
    client_region_ambiguous: 'Plusieurs régions de JumpCloud connaissent ce Client ID. Demandez de l’aide.',
    client_taken: 'Ce Client ID est déjà utilisé. Créez une application distincte dans JumpCloud.',
    client_same: 'Ce Client ID est celui qui est utilisé. Pour un nouveau secret, demandez un autre lien.',
    client_changed: 'Une autre personne a modifié ceci entre-temps. Relisez les étapes.',
    setup_proof_missing: 'Prouvez d’abord un domaine.',
    setup_test_missing:
      'Testez d’abord la connexion. Un test compte pendant 24 heures, et pour le Client ID et le Client Secret enregistrés.',
  },
};
