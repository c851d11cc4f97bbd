//! The commands that the documentation shows, and the command.

use clap::Parser as _;

use crate::args::Cli;

const PAGES: [&str; 4] = [
    include_str!("../../../README.md"),
    include_str!("../../../docs/guide.md"),
    include_str!("../../../docs/cli.md"),
    include_str!("../../../docs/sharing.md"),
];

/// The commands of a line, in the words that a shell would give them.
fn commands(line: &str) -> Vec<Vec<String>> {
    let mut all = vec![vec![]];
    let (mut word, mut quote) = (String::new(), None);
    for c in line.chars().chain(['\n']) {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.push(c),
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() || "|<>;()".contains(c) => {
                let last = all.last_mut().expect("there is one");
                last.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                if !c.is_whitespace() {
                    all.push(vec![]);
                }
            }
            None if c == '#' && word.is_empty() => return all,
            None => word.push(c),
        }
    }
    all
}

#[test]
fn every_command_shown_is_understood() {
    let mut seen = 0;
    for page in PAGES {
        for block in page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let all = block.lines().flat_map(commands);
            for words in all.filter(|words| words.first().is_some_and(|word| word == "tokenrack")) {
                seen += 1;
                if let Err(error) = Cli::try_parse_from(&words) {
                    panic!("{words:?}: {error}");
                }
            }
        }
    }
    assert!(seen > 40, "only {seen} commands were found");
}
