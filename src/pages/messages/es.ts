import type { Messages } from './en.ts';
import { setupEs } from './setup-es.ts';

export const es: Messages = {
  locale: 'es',
  signIn: {
    title: (product) => `Iniciar sesión en ${product}`,
    email: 'Correo electrónico del trabajo',
    continue: 'Continuar',
    continueWithJumpCloud: 'Continuar con JumpCloud',
    company: (company) => `${company} inicia sesión con JumpCloud.`,
    notThisCompany: (company) => `¿No es ${company}? Usar otro correo`,
    otherWays: 'Otras formas de iniciar sesión',
    anotherEmail: 'Usar otro correo',
    signedOut: 'Ha cerrado la sesión.',
    emailMalformed: 'Eso no parece una dirección de correo. Compruébela e inténtelo de nuevo.',
    noCompany:
      'No hay inicio de sesión único para este correo. Compruebe la dirección o consulte a su administrador.',
    again: 'Iniciar sesión de nuevo',
    signOut: 'Cerrar sesión',
  },
  wait: {
    title: 'Iniciando sesión',
    connecting: (company) => `Conectando su cuenta de ${company}. Normalmente tarda un segundo.`,
    long: 'Ha iniciado sesión en JumpCloud. La conexión de su cuenta tarda más de lo habitual.',
    nothingLost:
      'No se pierde nada: deje esta página abierta y continuará por sí sola, o vuelva en unos minutos e inicie sesión de nuevo.',
    checkAgain: 'Comprobar de nuevo',
  },
  test: {
    title: 'Esto fue una prueba',
    intro: (company) =>
      `JumpCloud inició su sesión para ${company}. Aquí no se ha iniciado sesión y no se ha cambiado nada.`,
    toDo: 'Pendiente:',
    email: 'Correo',
    emailMissing: 'falta. Active «Email» en la asignación de atributos de la aplicación.',
    emailOdd: (came) => `${came}. Asigne «email» a una sola dirección en la asignación de atributos.`,
    verified: 'Correo verificado',
    verifiedYes: 'JumpCloud lo confirma',
    verifiedNo: 'JumpCloud no lo confirma, así que nadie puede conectarse por él',
    verifiedOdd: (came) => `${came}. Corrija «email_verified» en la asignación de atributos.`,
    domain: 'Dominio',
    domainNone: 'ninguno, porque no hay correo',
    domainYes: (domain, company) => `${domain} pertenece a ${company}`,
    domainNo: (domain, company) => `no está probado que ${domain} pertenezca a ${company}`,
    refresh: 'Token de actualización',
    refreshYes: 'a quien se elimina en JumpCloud se le cierra aquí la sesión',
    refreshNo: 'falta. Seleccione «Refresh Token» en «Grant type» en la aplicación.',
    organization: 'Organización',
    organizationNone: 'no se envió y no hace falta',
    organizationMoved: (now, before) => `${now}, pero ${before} en el primer inicio de sesión`,
    groups: 'Grupos',
    groupsNone: 'ninguno, y no hacen falta',
    logout: 'Cierre de sesión en JumpCloud',
    logoutNone: 'esta región no lo ofrece. El cierre de sesión solo vale aquí.',
    logoutTry:
      'Al cerrar la sesión termina también la de JumpCloud. Si su página muestra un error, registre la dirección.',
    logoutButton: 'Probar el cierre de sesión',
    refused: (title, text) =>
      `En su primer inicio de sesión real no entraría. La página diría: «${title}. ${text}»`,
    created: 'En su primer inicio de sesión real obtendría una cuenta nueva.',
    linked: 'En su primer inicio de sesión real entraría en la cuenta que ya tiene.',
    asBefore: 'En su próximo inicio de sesión real entraría en su cuenta, como antes.',
  },
  setup: setupEs,
  signedOut: {
    title: 'Ha cerrado la sesión',
    atJumpCloud: 'Cerrando también la sesión de JumpCloud…',
  },
  sessions: {
    title: 'Dónde ha iniciado sesión',
    thisOne: 'este navegador',
    unknownDevice: 'Navegador desconocido',
    started: (ago) => `Sesión iniciada ${ago}`,
    lastUsed: (ago) => `Último uso ${ago}`,
    end: 'Cerrar esa sesión',
    endOthers: 'Cerrar todas las demás sesiones',
    noOthers: 'No ha iniciado sesión en ningún otro lugar.',
    ended: 'Esa sesión está cerrada.',
    back: (product) => `Volver a ${product}`,
  },
  footer: {
    reference: (reference) => `Referencia: ${reference}`,
    copy: 'Copiar',
    copied: 'Copiado',
    support: 'Contactar con soporte',
    terms: 'Condiciones',
    privacy: 'Privacidad',
  },
  problems: {
    attempt_missing: {
      title: 'Empiece de nuevo',
      text: 'Este inicio de sesión no empezó en este navegador o tardó demasiado. Empiece de nuevo aquí.',
    },
    cookie_missing: {
      title: 'Empiece de nuevo',
      text: 'Este navegador no tiene la cookie de su inicio de sesión. Permita las cookies de este sitio o empiece de nuevo en el navegador en el que comenzó.',
    },
    request_malformed: {
      title: 'Empiece de nuevo',
      text: 'La dirección de esta página está incompleta. Inicie sesión de nuevo aquí.',
    },
    iss_mismatch: {
      title: 'Empiece de nuevo',
      text: 'La respuesta de JumpCloud no correspondía a este inicio de sesión. Empiece de nuevo aquí.',
    },
    provider_error_unknown: {
      title: 'Empiece de nuevo',
      text: 'JumpCloud no pudo continuar este inicio de sesión. Empiece de nuevo aquí.',
    },
    provider_step_repeated: {
      title: 'Empiece de nuevo',
      text: 'Este paso en JumpCloud se hizo dos veces, por ejemplo al volver atrás. Empiece de nuevo aquí. Si JumpCloud lo rechaza entonces, pida a su administrador que le asigne esta aplicación.',
    },
    grant_rejected: {
      title: 'Empiece de nuevo',
      text: 'La respuesta de JumpCloud ya se había usado o tardó demasiado. Inicie sesión de nuevo aquí.',
    },
    answer_not_verified: {
      title: 'No se aceptó el inicio de sesión',
      text: 'No se pudo verificar la respuesta de JumpCloud. Empiece de nuevo; si vuelve a ocurrir, avise a su administrador.',
    },
    access_denied: {
      title: 'JumpCloud no le permitió entrar',
      text: 'Pida a su administrador que le asigne esta aplicación en JumpCloud e inténtelo de nuevo.',
    },
    cross_site: {
      title: 'Su sesión sigue abierta',
      text: 'Otro sitio pidió cerrar su sesión. Si lo desea, ciérrela en el propio producto.',
    },
    test_link_expired: {
      title: 'Este enlace de prueba ha caducado',
      text: 'Un enlace de prueba vale una hora y mientras la conexión no cambie. Pida otro a quien se lo envió.',
    },
    sso_not_active: {
      title: 'Aquí no hay inicio de sesión único',
      text: 'El inicio de sesión único no está activado para esta empresa. Consulte a su administrador.',
    },
    not_found: { title: 'Esta página no existe', text: 'Compruebe la dirección o inicie sesión aquí.' },
    rate_limited: {
      title: 'Demasiados inicios de sesión a la vez',
      text: 'Espere un minuto e inténtelo de nuevo.',
    },
    provider_failed: {
      title: 'JumpCloud tiene un problema',
      text: 'JumpCloud no pudo completar el inicio de sesión. Inténtelo de nuevo en unos minutos.',
    },
    provider_answer_invalid: {
      title: 'JumpCloud tiene un problema',
      text: 'No se pudo usar la respuesta de JumpCloud. Inténtelo de nuevo en unos minutos.',
    },
    needs_attention: {
      title: 'El inicio de sesión único necesita atención',
      text: 'La conexión entre este producto y JumpCloud no está actualizada. Avise a su administrador.',
    },
    provider_unreachable: {
      title: 'No se puede contactar con JumpCloud',
      text: 'Inténtelo de nuevo en unos minutos. Nada ha cambiado en su cuenta.',
    },
    provider_timeout: {
      title: 'JumpCloud tarda demasiado',
      text: 'Inténtelo de nuevo en unos minutos. Nada ha cambiado en su cuenta.',
    },
    setup_session_missing: {
      title: 'Abra de nuevo el enlace de configuración',
      text: 'No hay ninguna configuración abierta en este navegador, o lo estuvo durante más de ocho horas. Abra de nuevo el enlace que recibió. Lo que hizo está guardado.',
    },
    setup_link_unknown: {
      title: 'Este enlace de configuración no es válido',
      text: 'Compruebe que se abrió la dirección completa o pida un enlace nuevo.',
    },
    setup_link_expired: {
      title: 'Este enlace de configuración ha caducado',
      text: 'Lo que hizo está guardado. Pida un enlace nuevo y continúe allí.',
    },
    setup_link_revoked: {
      title: 'Este enlace de configuración fue revocado',
      text: 'Ya no se puede usar. Pida un enlace nuevo.',
    },
    setup_link_fulfilled: {
      title: 'Este enlace de configuración ha cumplido su función',
      text: 'El inicio de sesión único se configuró y el enlace no se puede volver a usar. Para un cambio pida un enlace nuevo.',
    },
    setup_cross_site: {
      title: 'Inténtelo de nuevo',
      text: 'El formulario no venía de esta página, así que no se cambió nada. Abra de nuevo la configuración y permita las cookies de este sitio.',
    },
    setup_rate_limited: {
      title: 'Demasiadas solicitudes a la vez',
      text: 'Espere un minuto y continúe con la configuración. No se pierde nada.',
    },
    unavailable: {
      title: 'El inicio de sesión no está disponible por el momento',
      text: 'Inténtelo de nuevo en un minuto. Nada ha cambiado en su cuenta.',
    },
  },
  refusals: {
    sso_disabled: {
      title: 'El inicio de sesión único está desactivado',
      text: 'El inicio de sesión único de su empresa no está activo en este momento. Consulte a su administrador.',
    },
    user_suspended: {
      title: 'Su cuenta está suspendida',
      text: 'Pida a su administrador que la reactive.',
    },
    email_missing: {
      title: 'JumpCloud no envió ningún correo',
      text: 'Pida a su administrador que active «Email» en la asignación de atributos de la aplicación en JumpCloud.',
    },
    email_unverified: {
      title: 'Su correo no está verificado',
      text: 'Según JumpCloud, su correo no está verificado. Pida a su administrador que lo verifique e inicie sesión de nuevo.',
    },
    domain_not_owned: {
      title: 'Este correo no se puede usar aquí',
      text: 'El dominio de su correo no está configurado para su empresa. Consulte a su administrador.',
    },
    directory_inactive: {
      title: 'Su acceso ha terminado',
      text: 'Según el directorio de su empresa, ya no tiene acceso. Consulte a su administrador.',
    },
    link_removed: {
      title: 'Este inicio de sesión se desconectó',
      text: 'Un administrador desconectó JumpCloud de su cuenta. Pídale que lo apruebe de nuevo.',
    },
    not_linked: {
      title: 'No pudimos conectarle con una cuenta',
      text: 'Su administrador puede hacerlo por usted.',
    },
  },
};
