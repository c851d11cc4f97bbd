//! What was looked at, what was seen, and what to do about it.

use crate::language::Table;

pub(super) const TABLE: Table = &[
    // The profile
    ("Profile", "Profil"),
    ("Keychain", "Schlüsselbund"),
    ("Encrypted file", "Verschlüsselte Datei"),
    ("ready", "bereit"),
    ("not created yet", "noch nicht angelegt"),
    ("locked", "gesperrt"),
    ("absent", "nicht vorhanden"),
    ("denied", "verweigert"),
    ("does not answer", "antwortet nicht"),
    (
        "{backend}: an item was written, read and deleted in {took} ms",
        "{backend}: ein Eintrag wurde in {took} ms geschrieben, gelesen und gelöscht",
    ),
    (
        "Choose a passphrase; the first one creates the vault.",
        "Eine Passphrase wählen; die erste legt den Tresor an.",
    ),
    ("Database", "Datenbank"),
    ("readable, 1 connection", "lesbar, 1 Verbindung"),
    ("readable, {count} connections", "lesbar, {count} Verbindungen"),
    ("Record", "Eintrag"),
    ("of “{name}” ({id}) cannot be read: {cause}", "von „{name}“ ({id}) ist nicht lesbar: {cause}"),
    (
        "Where a newer Tokenrack wrote it, update this program. Otherwise remove it with `tokenrack disconnect {id} --forget`, then add it again.",
        "Hat ihn ein neueres Tokenrack geschrieben, dieses Programm aktualisieren. Sonst mit `tokenrack disconnect {id} --forget` entfernen, dann neu hinzufügen.",
    ),
    ("Own providers", "Eigene Anbieter"),
    (
        "Remove the file, unless you put it there for this.",
        "Die Datei entfernen, wenn sie nicht eben dafür dort liegt.",
    ),
    ("Correct the file.", "Die Datei berichtigen."),
    ("File permissions", "Dateirechte"),
    ("{place} is yours alone", "{place} gehört nur Ihnen"),
    (
        "{place}; this system's permissions are not looked at",
        "{place}; die Rechte dieses Systems werden nicht geprüft",
    ),
    (
        "others may read and write {path} (mode {mode})",
        "andere dürfen {path} lesen und schreiben (Modus {mode})",
    ),
    ("others may read {path} (mode {mode})", "andere dürfen {path} lesen (Modus {mode})"),
    ("others may write {path} (mode {mode})", "andere dürfen {path} schreiben (Modus {mode})"),
    ("others may enter {path} (mode {mode})", "andere dürfen {path} betreten (Modus {mode})"),
    (
        "Keep the profile in a folder of your own (TOKENRACK_HOME).",
        "Das Profil in einem eigenen Ordner halten (TOKENRACK_HOME).",
    ),
    ("profile", "Profil"),
    ("database", "Datenbank"),
    ("encrypted-file vault", "Tresor als Datei"),
    ("locks", "Sperren"),
    ("own providers", "Eigene Anbieter"),
    // What this runs on
    ("Tray", "Infobereich"),
    ("The icon is shown.", "Das Symbol wird gezeigt."),
    ("This desktop shows no icons of programs.", "Dieser Desktop zeigt keine Symbole von Programmen."),
    (
        "Nothing is needed: closing the window ends Tokenrack. On GNOME an extension brings a tray.",
        "Es ist nichts nötig: Mit dem Fenster endet Tokenrack. In GNOME bringt eine Erweiterung einen Infobereich.",
    ),
    ("Versions", "Versionen"),
    // In a report
    ("ok", "in Ordnung"),
    ("limited", "eingeschränkt"),
    ("failed", "nicht nutzbar"),
    ("one cannot be read", "einer ist nicht lesbar"),
    // The clock
    ("Clock", "Uhr"),
    ("{now}, after everything in the record", "{now}, nach allem im Protokoll"),
    ("{now}, but the record goes on until {at}", "{now}, aber das Protokoll reicht bis {at}"),
    (
        "Set this machine's clock: sign-ins fail when it is wrong by minutes.",
        "Die Uhr dieses Rechners stellen: Anmeldungen scheitern, wenn sie um Minuten falsch geht.",
    ),
    ("no server has told the time", "kein Server hat die Zeit gesagt"),
    ("within five minutes of the server's", "auf fünf Minuten genau wie die des Servers"),
    // Links
    ("Deep links", "Links zum Programm"),
    ("Links of {scheme} open this program.", "Links mit {scheme} öffnen dieses Programm."),
    ("Links of {scheme} do not open this program.", "Links mit {scheme} öffnen dieses Programm nicht."),
    ("Not known: {error}. The self-test shows it.", "Nicht bekannt: {error}. Der Selbsttest zeigt es."),
    ("Start Tokenrack again, or install it again.", "Tokenrack neu starten oder neu installieren."),
    (
        "The desktop could not be asked who opens {scheme} links: {error}.",
        "Der Desktop war nicht zu fragen, wer Links mit {scheme} öffnet: {error}.",
    ),
    (
        "Install xdg-utils, or use a loopback redirect.",
        "xdg-utils installieren oder einen Loopback-Redirect verwenden.",
    ),
    ("Nobody opens {scheme} links on this desktop.", "Auf diesem Desktop öffnet niemand Links mit {scheme}."),
    (
        "Start Tokenrack again, or install its package; meanwhile use a loopback redirect.",
        "Tokenrack neu starten oder sein Paket installieren; bis dahin einen Loopback-Redirect verwenden.",
    ),
    ("Links open `{program}` ({place}).", "Links öffnen `{program}` ({place})."),
    (
        "{place} starts `{program}`, which loses the link.",
        "{place} startet `{program}`; dabei geht der Link verloren.",
    ),
    ("Remove that file and start Tokenrack again.", "Diese Datei entfernen und Tokenrack neu starten."),
    ("Links open {name}, which is not there.", "Links öffnen {name}, das es nicht gibt."),
    ("Start Tokenrack again, or install its package.", "Tokenrack neu starten oder sein Paket installieren."),
    ("Redirect by deep link", "Redirect über den Link"),
    ("The desktop delivered a link of our own.", "Der Desktop hat einen eigenen Link zugestellt."),
    ("Another test took the place of this one.", "Ein anderer Test ist an die Stelle dieses getreten."),
    (
        "The desktop's program for links did not come back.",
        "Das Programm des Desktops für Links kam nicht zurück.",
    ),
    (
        "The desktop took the link, but it did not arrive within 5 seconds.",
        "Der Desktop nahm den Link an, aber er kam nicht innerhalb von 5 Sekunden.",
    ),
    ("The desktop could not open the link: {words}.", "Der Desktop konnte den Link nicht öffnen: {words}."),
    ("The link could not be sent.", "Der Link ließ sich nicht senden."),
    (
        "Use a loopback redirect or paste the redirect URL; installing the package registers the link.",
        "Einen Loopback-Redirect verwenden oder die Redirect-URL einfügen; die Installation des Pakets meldet den Link an.",
    ),
    // The window
    ("Window", "Fenster"),
    ("of an unknown version ({error})", "in unbekannter Version ({error})"),
    ("{session}web view {version}.", "{session}Webansicht {version}."),
    (
        "{session}web view {version}. Some Wayland desktops let a copied token be cleared only while this window has the focus.",
        "{session}Webansicht {version}. Manche Wayland-Desktops lassen ein kopiertes Token nur löschen, solange dieses Fenster den Fokus hat.",
    ),
    // A provider that is tried
    ("Metadata", "Metadaten"),
    (
        "not looked for: the provider's file names no issuer, and has the endpoints itself",
        "nicht gesucht: Die Anbieterdatei nennt keinen Issuer und hat die Endpunkte selbst",
    ),
    ("read; its issuer is {issuer}", "gelesen; der Issuer ist {issuer}"),
    (
        "read; it names another {endpoint} than the provider's file, which counts",
        "gelesen; anders als die Anbieterdatei, die zählt: {endpoint}",
    ),
    ("authorization endpoint", "Autorisierungs-Endpunkt"),
    ("token endpoint", "Token-Endpunkt"),
    (
        "Compare the file with the provider's documentation.",
        "Die Datei mit der Dokumentation des Anbieters vergleichen.",
    ),
    (
        "Nothing, where the provider publishes none; else correct `issuer` or `metadata_url`.",
        "Nichts, wenn der Anbieter keine veröffentlicht; sonst `issuer` oder `metadata_url` berichtigen.",
    ),
    ("Sign-in page", "Anmeldeseite"),
    ("Token endpoint", "Token-Endpunkt"),
    ("Pushed requests", "Pushed Requests"),
    ("Device codes", "Gerätecodes"),
    ("User info", "Userinfo"),
    ("Revocation", "Widerruf"),
    ("Keys", "Schlüssel"),
    ("{url} answers (status {status})", "{url} antwortet (Status {status})"),
    ("Loopback redirect", "Loopback-Redirect"),
    ("{host} listens, on any free port", "{host} lauscht, auf einem beliebigen freien Port"),
    ("port {port} of {host} is free", "Port {port} von {host} ist frei"),
    (
        "End the program that has it, or choose another port and register that one.",
        "Das Programm beenden, das ihn hat, oder einen anderen Port wählen und registrieren.",
    ),
    (
        "Use a deep link, or paste the address at the end of the sign-in.",
        "Einen Link zum Programm verwenden oder am Ende der Anmeldung die Adresse einfügen.",
    ),
    (
        "not used: the provider's file says that it is refused",
        "nicht verwendet: Laut Anbieterdatei wird es abgelehnt",
    ),
    (
        "Try with `pkce = \"default\"`: many servers take it by now.",
        "Mit `pkce = \"default\"` versuchen: Viele Server nehmen es inzwischen.",
    ),
    ("S256, announced by the server or its file", "S256, vom Server oder seiner Datei angekündigt"),
    ("S256, which the provider demands", "S256, vom Anbieter verlangt"),
    ("the server announces {methods} and not S256", "der Server kündigt {methods} an und nicht S256"),
    ("not announced", "nicht angekündigt"),
    (
        "S256 is sent all the same; ask the provider whether it is checked.",
        "S256 wird trotzdem gesendet; beim Anbieter erfragen, ob es geprüft wird.",
    ),
    ("Authentication", "Authentifizierung"),
    ("none (a public client)", "keine (öffentlicher Client)"),
    ("the server takes only {methods}", "der Server nimmt nur {methods}"),
    (
        "Register a client that proves itself by a secret or a key, if the provider has such.",
        "Einen Client registrieren, der sich durch Secret oder Schlüssel ausweist, wenn der Anbieter das hat.",
    ),
];
