import type { SetupMessages } from './setup-en.ts';

export const setupEs: SetupMessages = {
  title: {
    setup: (company) => `Configurar el inicio de sesión único para ${company}`,
    secret: (company) => `Nuevo Client Secret para ${company}`,
    replace: (company) => `Sustituir la aplicación de JumpCloud de ${company}`,
  },
  open: {
    text: (product) =>
      `Este enlace conecta JumpCloud con ${product}. Es para la persona que administra JumpCloud en su empresa.`,
    care: (until) =>
      `Cualquiera que tenga el enlace puede usarlo, así que no lo comparta. Es válido hasta el ${until}.`,
    button: 'Empezar',
  },
  intro: 'Los pasos se pueden hacer en cualquier orden, y otro día: abra de nuevo el mismo enlace.',
  introReplace:
    'Hasta el último paso no cambia nada: sus usuarios inician sesión como antes. Primero, uno de sus dominios debe mostrar un nuevo registro DNS.',
  state: { done: 'Hecho', todo: 'Pendiente', waiting: 'En espera' },
  updated: 'La página se ha actualizado.',
  steps: {
    jumpcloud: 'Crear la aplicación en JumpCloud',
    domains: 'Demostrar su dominio',
    client: 'Client ID y Client Secret',
    secret: 'El nuevo Client Secret',
    test: 'Probar el inicio de sesión',
    people: 'Quién se conectará',
    enable: 'Activar el inicio de sesión único',
  },
  jumpcloud: {
    portal:
      'Inicie sesión en el JumpCloud Admin Portal, abra «SSO Applications» y haga clic en «+ Add New Application».',
    custom: 'Seleccione «Custom Application» y haga clic en «Next».',
    features:
      'Seleccione «Manage Single Sign-On (SSO)» y después «Configure SSO with OIDC». JumpCloud preselecciona SAML, así que compruébelo. Haga clic en «Next».',
    label: 'Display Label',
    portalTile:
      'Seleccione «Show application in User Portal» y haga clic en «Next» y en «Configure Application».',
    logo: 'Imagen para «User Portal Image»',
    grant: 'En «Grant type» seleccione «Refresh Token».',
    redirect: 'Redirect URI',
    authentication: 'Client Authentication Type',
    login: 'Login URL',
    scopes: 'En «Attribute Mapping» active los Standard Scopes «Email» y «Profile».',
    activate: 'Haga clic en «Activate». «Save» no basta.',
    copyBoth:
      'JumpCloud muestra el Client ID y el Client Secret una sola vez. Mantenga la ventana abierta hasta que haya pegado ambos abajo.',
    groups:
      'En la pestaña «User Groups» asigne a todas las personas que pueden iniciar sesión, incluida usted.',
  },
  domains: {
    intro:
      'Las personas se reconocen por su correo del trabajo, así que su dominio debe ser suyo. Un subdominio es un dominio aparte.',
    introReplace:
      'Publique el nuevo registro de uno de estos dominios. Los registros de demostraciones anteriores no cuentan.',
    none: 'Con este enlace no se puede demostrar ningún dominio. Pida ayuda.',
    label: 'Dominio',
    add: 'Añadir dominio',
    proven: (domain) => `${domain} está demostrado.`,
    publish: (domain) => `En el proveedor de DNS de ${domain} añada este registro TXT:`,
    name: 'Nombre',
    type: 'Tipo',
    value: 'Valor',
    stays: 'El valor no cambia. El DNS puede tardar de minutos a horas en mostrarlo.',
    check: 'Comprobar ahora',
    forget: 'Quitar este dominio',
    answers: {
      no_record: 'El DNS aún no muestra el registro.',
      other_value: (shown) => `El DNS muestra otro valor: ${shown}. Sustitúyalo por el valor de arriba.`,
      no_such_domain: 'El DNS no conoce ese dominio. Compruebe cómo está escrito.',
      dns_unreachable: 'El DNS no respondió. Inténtelo de nuevo en un minuto.',
      verified: 'El DNS muestra el registro.',
    },
  },
  client: {
    intro:
      'Pegue ambos desde JumpCloud. Se comprueban en JumpCloud antes de guardarse; el secreto se guarda cifrado y no se vuelve a mostrar.',
    secretIntro:
      'En JumpCloud abra la aplicación que tiene este Client ID y cree un nuevo Client Secret en la pestaña «SSO». Péguelo aquí enseguida: el anterior ya no funciona.',
    afterProof: 'Este paso se abre cuando el DNS muestra el nuevo registro.',
    id: 'Client ID',
    secret: 'Client Secret',
    save: 'Comprobar y guardar',
    saved: (clientId, region) => `Guardado: Client ID ${clientId}, región ${region}.`,
    again: 'Para cambiarlos, pegue ambos de nuevo. Después hará falta otra prueba.',
  },
  test: {
    intro:
      'Inicie sesión una vez en JumpCloud. Con ello nadie inicia sesión aquí, y nada cambia para los demás.',
    start: 'Empezar la prueba',
    afterClient: 'Este paso se abre cuando el Client ID y el Client Secret están guardados.',
    passed: (at) => `La prueba se superó el ${at}. Cuenta durante 24 horas.`,
    old: 'Una prueba se superó hace más de 24 horas. Pruebe de nuevo.',
    failed: (at) => `La última prueba, el ${at}, no se superó:`,
    email: 'Llegó una dirección de correo',
    verified: 'JumpCloud confirma el correo',
    domain: 'El dominio del correo está demostrado',
    refresh: '«Refresh Token» está seleccionado en «Grant type»',
    back: 'Volver a la configuración',
  },
  people: {
    intro: 'Vea qué pasará con las personas que ya tienen una cuenta.',
    show: 'Mostrar quién se conectará',
    afterProof: 'Este paso se abre cuando un dominio está demostrado.',
    title: 'Quién se conectará',
    groups: {
      existing: 'Inician sesión en la cuenta que tienen',
      new: 'Reciben una cuenta nueva',
      attention: 'Requieren atención: pida ayuda con estas',
    },
    more: (count) => `y ${count} más`,
    nobody: 'Nadie',
    notFound: (count) =>
      `Usuarios de su empresa sin correo en un dominio demostrado: ${count}. Conservan su cuenta y no pueden iniciar sesión en ella con JumpCloud.`,
    back: 'Volver a la configuración',
  },
  enable: {
    intro:
      'A partir de entonces pueden iniciar sesión todas las personas que asignó en JumpCloud. Las demás formas de iniciar sesión siguen.',
    introReplace:
      'A partir de entonces se inicia sesión con la nueva aplicación. La anterior deja de funcionar.',
    missing: {
      domain: 'Falta un dominio demostrado.',
      client: 'Faltan el Client ID y el Client Secret.',
      test: 'Falta una prueba superada en las últimas 24 horas.',
    },
    button: 'Activar',
  },
  done: {
    enabled: (company) => `El inicio de sesión único está activado para ${company}.`,
    secret: 'El nuevo Client Secret funciona y está en uso.',
    disabled: (company) =>
      `El inicio de sesión único está desactivado para ${company}. Para activarlo de nuevo, pida un enlace nuevo.`,
    preview: 'Esto es lo que ven sus usuarios:',
    colleagues: 'Un texto para sus compañeros',
    message: (product, url) =>
      `Ya puede iniciar sesión en ${product} con JumpCloud: abra ${url} y elija «Continuar con JumpCloud». Si antes iniciaba sesión con Google o GitHub, conserva su cuenta.`,
    disable: 'Desactivar el inicio de sesión único',
    disableText:
      'Se cierra la sesión de todas las personas que entraron con JumpCloud. Las cuentas y las conexiones se mantienen.',
    closed: 'Este enlace ha cumplido su función y no se puede volver a abrir.',
  },
  errors: {
    domain_invalid: 'Eso no es un dominio. Escriba solo lo que sigue a la @, como example.com.',
    domain_public_suffix:
      'Cualquiera puede registrarse bajo este nombre, así que no puede ser solo suyo. Escriba su propio dominio.',
    domain_freemail: 'Ese es un proveedor de correo público. Escriba el dominio de su empresa.',
    domain_taken: 'Este dominio ya se usa en otro lugar. Pida ayuda.',
    challenge_not_found: 'Este dominio ya no está en la lista. Añádalo de nuevo.',
    setup_domain_limit: 'Demasiados dominios esperan su registro. Quite uno primero.',
    setup_domain_fixed: 'Con este enlace no se puede añadir un dominio. Pida ayuda.',
    client_id_invalid: 'Pegue el Client ID como lo muestra JumpCloud.',
    client_secret_invalid: 'Pegue solo el Client Secret, en una línea.',
    client_credential_wrong:
      'JumpCloud los rechaza. Compruebe dos cosas: el Client Secret está completo y corresponde a este Client ID; el Client Authentication Type es «Client Secret Post». Después haga clic otra vez en «Activate» en JumpCloud.',
    client_check_failed:
      'No se pudo consultar a JumpCloud. No se guardó nada. Inténtelo de nuevo en un minuto.',
    client_region_ambiguous: 'Varias regiones de JumpCloud conocen este Client ID. Pida ayuda.',
    client_taken: 'Este Client ID ya está en uso. Cree una aplicación propia en JumpCloud.',
    client_same: 'Este Client ID es el que está en uso. Para un secreto nuevo pida otro enlace.',
    client_changed: 'Otra persona lo cambió entretanto. Revise los pasos.',
    setup_proof_missing: 'Demuestre primero un dominio.',
    setup_test_missing:
      'Pruebe primero el inicio de sesión. Una prueba cuenta durante 24 horas, y para el Client ID y el Client Secret guardados.',
  },
};
