import type { Messages } from './en.ts';
import { setupFr } from './setup-fr.ts';

export const fr: Messages = {
  locale: 'fr',
  signIn: {
    title: (product) => `Se connecter à ${product}`,
    email: 'Adresse e-mail professionnelle',
    continue: 'Continuer',
    continueWithJumpCloud: 'Continuer avec JumpCloud',
    company: (company) => `${company} se connecte avec JumpCloud.`,
    notThisCompany: (company) => `Vous n’êtes pas de ${company} ? Utiliser une autre adresse`,
    otherWays: 'Autres moyens de connexion',
    anotherEmail: 'Utiliser une autre adresse',
    signedOut: 'Vous êtes déconnecté(e).',
    emailMalformed: 'Cela ne ressemble pas à une adresse e-mail. Vérifiez-la et réessayez.',
    noCompany:
      'Il n’y a pas d’authentification unique pour cette adresse. Vérifiez-la ou contactez votre administrateur.',
    again: 'Se reconnecter',
    signOut: 'Se déconnecter',
  },
  wait: {
    title: 'Connexion en cours',
    connecting: (company) => `Association de votre compte ${company}. Cela prend en général une seconde.`,
    long: 'Vous êtes connecté(e) à JumpCloud. L’association de votre compte prend plus de temps que d’habitude.',
    nothingLost:
      'Rien n’est perdu : gardez cette page ouverte, la connexion se poursuivra d’elle-même, ou revenez dans quelques minutes et reconnectez-vous.',
    checkAgain: 'Vérifier à nouveau',
  },
  test: {
    title: 'C’était un test',
    intro: (company) =>
      `JumpCloud vous a connecté(e) pour ${company}. Personne n’est connecté ici et rien n’a été modifié.`,
    toDo: 'À faire :',
    email: 'Adresse e-mail',
    emailMissing: 'absente. Activez « Email » dans le mappage des attributs de l’application.',
    emailOdd: (came) => `${came}. Associez « email » à une seule adresse dans le mappage des attributs.`,
    verified: 'Adresse vérifiée',
    verifiedYes: 'JumpCloud le confirme',
    verifiedNo: 'JumpCloud ne le confirme pas, donc personne ne peut être associé par elle',
    verifiedOdd: (came) => `${came}. Corrigez « email_verified » dans le mappage des attributs.`,
    domain: 'Domaine',
    domainNone: 'aucun, car il n’y a pas d’adresse',
    domainYes: (domain, company) => `${domain} appartient à ${company}`,
    domainNo: (domain, company) => `il n’est pas prouvé que ${domain} appartient à ${company}`,
    refresh: 'Jeton d’actualisation',
    refreshYes: 'les personnes retirées de JumpCloud sont déconnectées ici',
    refreshNo: 'absent. Sélectionnez « Refresh Token » sous « Grant type » dans l’application.',
    organization: 'Organisation',
    organizationNone: 'non transmise et non nécessaire',
    organizationMoved: (now, before) => `${now}, mais ${before} lors de la première connexion`,
    groups: 'Groupes',
    groupsNone: 'aucun, et ce n’est pas nécessaire',
    logout: 'Déconnexion de JumpCloud',
    logoutNone: 'cette région n’en propose pas. La déconnexion ne vaut qu’ici.',
    logoutTry:
      'La déconnexion met aussi fin à la session chez JumpCloud. Si sa page affiche une erreur, enregistrez l’adresse.',
    logoutButton: 'Essayer la déconnexion',
    refused: (title, text) =>
      `À la première vraie connexion, vous n’entreriez pas. La page dirait : « ${title}. ${text} »`,
    created: 'À la première vraie connexion, vous obtiendriez un nouveau compte.',
    linked: 'À la première vraie connexion, vous arriveriez dans le compte que vous avez déjà.',
    asBefore: 'À la prochaine vraie connexion, vous arriveriez dans votre compte, comme avant.',
  },
  setup: setupFr,
  signedOut: {
    title: 'Vous êtes déconnecté(e)',
    atJumpCloud: 'Déconnexion de JumpCloud en cours…',
  },
  sessions: {
    title: 'Où vous êtes connecté(e)',
    thisOne: 'ce navigateur',
    unknownDevice: 'Navigateur inconnu',
    started: (ago) => `Connexion ${ago}`,
    lastUsed: (ago) => `Dernière utilisation ${ago}`,
    end: 'Se déconnecter là-bas',
    endOthers: 'Se déconnecter partout ailleurs',
    noOthers: 'Vous n’êtes connecté(e) nulle part ailleurs.',
    ended: 'Vous y êtes déconnecté(e).',
    back: (product) => `Retour à ${product}`,
  },
  footer: {
    reference: (reference) => `Référence : ${reference}`,
    copy: 'Copier',
    copied: 'Copié',
    support: 'Contacter l’assistance',
    terms: 'Conditions d’utilisation',
    privacy: 'Confidentialité',
  },
  problems: {
    attempt_missing: {
      title: 'Veuillez recommencer',
      text: 'Cette connexion n’a pas été commencée dans ce navigateur, ou elle a pris trop de temps. Recommencez ici.',
    },
    cookie_missing: {
      title: 'Veuillez recommencer',
      text: 'Ce navigateur n’a pas de cookie de votre connexion. Autorisez les cookies pour ce site, ou recommencez dans le navigateur où vous avez commencé.',
    },
    request_malformed: {
      title: 'Veuillez recommencer',
      text: 'L’adresse de cette page est incomplète. Recommencez la connexion ici.',
    },
    iss_mismatch: {
      title: 'Veuillez recommencer',
      text: 'La réponse de JumpCloud n’appartenait pas à cette connexion. Recommencez ici.',
    },
    provider_error_unknown: {
      title: 'Veuillez recommencer',
      text: 'JumpCloud n’a pas pu poursuivre cette connexion. Recommencez ici.',
    },
    provider_step_repeated: {
      title: 'Veuillez recommencer',
      text: 'Cette étape chez JumpCloud a été faite deux fois, par exemple avec le bouton Retour. Recommencez ici. Si JumpCloud vous refuse alors, demandez à votre administrateur de vous attribuer cette application.',
    },
    grant_rejected: {
      title: 'Veuillez recommencer',
      text: 'La réponse de JumpCloud a déjà été utilisée ou a trop tardé. Recommencez la connexion ici.',
    },
    answer_not_verified: {
      title: 'La connexion n’a pas été acceptée',
      text: 'La réponse de JumpCloud n’a pas pu être vérifiée. Recommencez ; si cela se reproduit, prévenez votre administrateur.',
    },
    access_denied: {
      title: 'JumpCloud a refusé l’accès',
      text: 'Demandez à votre administrateur de vous attribuer cette application dans JumpCloud, puis réessayez.',
    },
    cross_site: {
      title: 'Vous êtes toujours connecté(e)',
      text: 'Un autre site a demandé votre déconnexion. Si vous le souhaitez, déconnectez-vous dans le produit lui-même.',
    },
    test_link_expired: {
      title: 'Ce lien de test a expiré',
      text: 'Un lien de test est valable une heure, et tant que la connexion ne change pas. Demandez-en un nouveau à la personne qui vous l’a envoyé.',
    },
    sso_not_active: {
      title: 'Pas d’authentification unique ici',
      text: 'L’authentification unique n’est pas activée pour cette entreprise. Contactez votre administrateur.',
    },
    not_found: { title: 'Cette page n’existe pas', text: 'Vérifiez l’adresse ou connectez-vous ici.' },
    rate_limited: {
      title: 'Trop de connexions à la fois',
      text: 'Attendez une minute, puis réessayez.',
    },
    provider_failed: {
      title: 'JumpCloud rencontre un problème',
      text: 'JumpCloud n’a pas pu terminer la connexion. Réessayez dans quelques minutes.',
    },
    provider_answer_invalid: {
      title: 'JumpCloud rencontre un problème',
      text: 'La réponse de JumpCloud est inutilisable. Réessayez dans quelques minutes.',
    },
    needs_attention: {
      title: 'L’authentification unique demande une vérification',
      text: 'La liaison entre ce produit et JumpCloud n’est plus à jour. Prévenez votre administrateur.',
    },
    provider_unreachable: {
      title: 'JumpCloud est injoignable',
      text: 'Réessayez dans quelques minutes. Rien n’a changé dans votre compte.',
    },
    provider_timeout: {
      title: 'JumpCloud met trop de temps à répondre',
      text: 'Réessayez dans quelques minutes. Rien n’a changé dans votre compte.',
    },
    setup_session_missing: {
      title: 'Rouvrez le lien de configuration',
      text: 'Aucune configuration n’est ouverte dans ce navigateur, ou elle l’était depuis plus de huit heures. Rouvrez le lien que vous avez reçu. Ce que vous avez fait est enregistré.',
    },
    setup_link_unknown: {
      title: 'Ce lien de configuration n’est pas valable',
      text: 'Vérifiez que l’adresse entière a été ouverte, ou demandez un nouveau lien.',
    },
    setup_link_expired: {
      title: 'Ce lien de configuration a expiré',
      text: 'Ce que vous avez fait est enregistré. Demandez un nouveau lien et continuez avec celui-ci.',
    },
    setup_link_revoked: {
      title: 'Ce lien de configuration a été révoqué',
      text: 'Il ne peut plus être utilisé. Demandez un nouveau lien.',
    },
    setup_link_fulfilled: {
      title: 'Ce lien de configuration a rempli son rôle',
      text: 'L’authentification unique est configurée et le lien ne peut plus être utilisé. Pour une modification, demandez un nouveau lien.',
    },
    setup_cross_site: {
      title: 'Veuillez réessayer',
      text: 'Le formulaire ne venait pas de cette page ; rien n’a été modifié. Rouvrez la configuration et autorisez les cookies pour ce site.',
    },
    setup_rate_limited: {
      title: 'Trop de demandes à la fois',
      text: 'Attendez une minute, puis poursuivez la configuration. Rien n’est perdu.',
    },
    unavailable: {
      title: 'La connexion est momentanément indisponible',
      text: 'Réessayez dans une minute. Rien n’a changé dans votre compte.',
    },
  },
  refusals: {
    sso_disabled: {
      title: 'L’authentification unique est désactivée',
      text: 'L’authentification unique de votre entreprise n’est pas active actuellement. Contactez votre administrateur.',
    },
    user_suspended: {
      title: 'Votre compte est suspendu',
      text: 'Demandez à votre administrateur de le réactiver.',
    },
    email_missing: {
      title: 'JumpCloud n’a pas transmis d’adresse e-mail',
      text: 'Demandez à votre administrateur d’activer « Email » dans le mappage des attributs de l’application dans JumpCloud.',
    },
    email_unverified: {
      title: 'Votre adresse e-mail n’est pas vérifiée',
      text: 'Selon JumpCloud, votre adresse e-mail n’est pas vérifiée. Demandez à votre administrateur de la vérifier, puis reconnectez-vous.',
    },
    domain_not_owned: {
      title: 'Cette adresse ne peut pas être utilisée ici',
      text: 'Le domaine de votre adresse n’est pas configuré pour votre entreprise. Contactez votre administrateur.',
    },
    directory_inactive: {
      title: 'Votre accès a pris fin',
      text: 'Selon l’annuaire de votre entreprise, vous n’avez plus accès. Contactez votre administrateur.',
    },
    link_removed: {
      title: 'Cette connexion a été dissociée',
      text: 'Un administrateur a dissocié JumpCloud de votre compte. Demandez-lui de l’autoriser à nouveau.',
    },
    not_linked: {
      title: 'Nous n’avons pas pu vous associer à un compte',
      text: 'Votre administrateur peut le faire pour vous.',
    },
  },
};
