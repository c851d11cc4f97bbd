//! What is not right in a form, beside its field.

use crate::language::Table;

pub(super) const TABLE: Table = &[
    // Files of connections
    (
        "The file brings another provider called {id} than yours. It serves this connection alone; yours stays as it is.",
        "Die Datei bringt einen anderen Anbieter namens {id} mit als den hiesigen. Er dient nur dieser Verbindung; der hiesige bleibt, wie er ist.",
    ),
    (
        "The file brings its provider along, which decides where codes and tokens go.",
        "Die Datei bringt ihren Anbieter mit; er bestimmt, wohin Codes und Token gehen.",
    ),
    // Adding and editing
    (
        "A client id is one line without control characters.",
        "Eine Client-ID ist eine Zeile ohne Steuerzeichen.",
    ),
    (
        "One line of at most {longest} visible characters.",
        "Eine Zeile mit höchstens {longest} sichtbaren Zeichen.",
    ),
    (
        "This provider takes no client secret: leave it empty.",
        "Dieser Anbieter nimmt kein Client-Secret: leer lassen.",
    ),
    ("This provider's clients always have a secret.", "Clients dieses Anbieters haben immer ein Secret."),
    (
        "The client secret from the provider's page is needed.",
        "Das Client-Secret von der Seite des Anbieters ist nötig.",
    ),
    (
        "A public client sends no secret: leave it empty, or choose how it is sent.",
        "Ein öffentlicher Client sendet kein Secret: leer lassen oder wählen, wie es gesendet wird.",
    ),
    (
        "A client without a secret or a key cannot speak for itself.",
        "Ein Client ohne Secret oder Schlüssel kann nicht für sich selbst sprechen.",
    ),
    (
        "A resource is a whole address without `#`, like https://api.example.com: {resource}",
        "Eine Ressource ist eine ganze Adresse ohne `#`, wie https://api.example.com: {resource}",
    ),
    (
        "A scope has no spaces or quotes: {scope}",
        "Ein Scope hat keine Leerzeichen oder Anführungszeichen: {scope}",
    ),
    ("This is not a URL.", "Das ist keine URL."),
    ("A redirect URI has no fragment (#).", "Eine Redirect-URI hat kein Fragment (#)."),
    (
        "A redirect URI has no user name or password.",
        "Eine Redirect-URI hat weder Benutzernamen noch Passwort.",
    ),
    (
        "A deep link starts with dev.tokenrack.desktop:/",
        "Ein Link zum Programm beginnt mit dev.tokenrack.desktop:/",
    ),
    (
        "A loopback redirect starts with http://127.0.0.1, http://[::1] or http://localhost",
        "Ein Loopback-Redirect beginnt mit http://127.0.0.1, http://[::1] oder http://localhost",
    ),
    (
        "The address must be https, or http on this machine's loopback.",
        "Die Adresse muss https sein, oder http auf dem Loopback dieses Rechners.",
    ),
    // A provider's variables
    ("Write {instead}", "Richtig wäre {instead}"),
    ("a value, like {example}", "ein Wert wie {example}"),
    ("one of: {choices}", "eines von: {choices}"),
    ("nothing: this provider has no variables", "nichts: Dieser Anbieter hat keine Variablen"),
    ("`{near}`: there is no variable `{name}`", "`{near}`: Eine Variable `{name}` gibt es nicht"),
    ("one of the variables this provider has: {known}", "eine der Variablen dieses Anbieters: {known}"),
    (
        "The provider's file does not declare `{name}`, which its {path} needs",
        "Die Anbieterdatei vereinbart `{name}` nicht, das ihr {path} braucht",
    ),
    ("The provider's {path} cannot be used: {why}", "{path} des Anbieters ist nicht verwendbar: {why}"),
];
