//! The SDKs' `credentials.ini`: sections, each with a type.
//!
//! The format is read here rather than by a crate: it is a dozen lines, and what they pass on is borrowed from a text that is
//! wiped, where a crate's map of strings would leave every secret behind.

use super::{Found, Miss};
use crate::cloud::credentials::{AssumedRole, OidcRole, OidcToken, Recipe, StaticPair};
use crate::cloud::secret::Secret;

/// The section that serves without a name.
const DEFAULT: &str = "default";

/// What the file says of the section of this name, else of `default`.
pub(super) fn look_up(text: &str, name: Option<&str>, origin: &str) -> Result<Found, Miss> {
    let name = name.unwrap_or(DEFAULT);
    let section = Section::find(text, name)?;
    if section
        .get("enable")
        .is_some_and(|on| on.eq_ignore_ascii_case("false"))
    {
        return Err(Miss::NotThere(format!(
            "has the section [{name}], which is not enabled"
        )));
    }
    Ok(Found {
        recipe: section.recipe(origin)?,
        region: section.text("region_id"),
    })
}

/// The settings of one section.
struct Section<'a> {
    name: &'a str,
    settings: Vec<(&'a str, &'a str)>,
}

impl<'a> Section<'a> {
    fn find(text: &'a str, name: &'a str) -> Result<Section<'a>, Miss> {
        let (mut found, mut inside, mut elsewhere) = (false, false, false);
        let mut settings = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(heading) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                inside = heading.0.trim() == name;
                elsewhere = !inside;
                found |= inside;
                continue;
            }
            // Whatever another section holds is not asked for.
            if elsewhere {
                continue;
            }
            if let Some((key, value)) = line.split_once(['=', ':']) {
                if inside {
                    // A comment may follow, after a blank.
                    let value = value.split_once(" #").map_or(value, |(value, _)| value);
                    settings.push((key.trim(), value.trim()));
                }
            } else {
                let number = number + 1;
                return Err(Miss::Broken(format!(
                    "line {number} is neither a section nor a setting"
                )));
            }
        }
        if found {
            Ok(Section { name, settings })
        } else {
            Err(Miss::NotThere(format!("has no section [{name}]")))
        }
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.settings
            .iter()
            .find(|(name, value)| name.eq_ignore_ascii_case(key) && !value.is_empty())
            .map(|(_, value)| *value)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.get(key).map(str::to_owned)
    }

    fn broken(&self, reason: impl std::fmt::Display) -> Miss {
        Miss::Broken(format!("in the section [{}] {reason}", self.name))
    }

    fn required(&self, key: &str) -> Result<String, Miss> {
        self.text(key)
            .ok_or_else(|| self.broken(format!("{key} is not set")))
    }

    fn number(&self, key: &str) -> Result<Option<u64>, Miss> {
        self.get(key)
            .map(|value| value.parse())
            .transpose()
            .map_err(|_| self.broken(format!("{key} is not a number of seconds")))
    }

    fn recipe(&self, origin: &str) -> Result<Recipe, Miss> {
        match self.required("type")?.as_str() {
            "access_key" => Ok(self.pair(origin, false)),
            "sts" => {
                self.required("security_token")?;
                Ok(self.pair(origin, true))
            }
            "ram_role_arn" => Ok(Recipe::AssumeRole(
                Box::new(self.pair(origin, true)),
                AssumedRole {
                    arn: self.required("role_arn")?,
                    session_name: self.text("role_session_name"),
                    duration: self.number("duration_seconds")?,
                    policy: self.text("policy"),
                    external_id: self.text("external_id"),
                    sts_region: self.text("sts_region"),
                },
            )),
            "oidc_role_arn" => Ok(Recipe::AssumeRoleWithOidc(OidcRole {
                role_arn: self.required("role_arn")?,
                provider_arn: self.required("oidc_provider_arn")?,
                token: OidcToken::File(self.required("oidc_token_file_path")?),
                session_name: self.text("role_session_name"),
                duration: self.number("duration_seconds")?,
                policy: self.text("policy"),
                sts_region: self.text("sts_region"),
            })),
            "ecs_ram_role" => Ok(Recipe::EcsRole(self.text("role_name"))),
            "credentials_uri" => {
                let uri = self.required("credentials_uri")?;
                Ok(Recipe::CredentialsUri(Secret::new(uri)))
            }
            other => Err(self.broken(format!(
                "its type is {other:?}, which is none of access_key, sts, ram_role_arn, oidc_role_arn, ecs_ram_role, \
                 credentials_uri"
            ))),
        }
    }

    fn pair(&self, origin: &str, with_token: bool) -> Recipe {
        Recipe::Pair(StaticPair::new(
            origin,
            ("access_key_id", "access_key_secret"),
            self.text("access_key_id"),
            self.get("access_key_secret").map(Secret::new),
            self.get("security_token")
                .filter(|_| with_token)
                .map(Secret::new),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_blanks_and_other_sections_are_passed_over() {
        let text = "# all\n[ default ]\n type = sts ; no comment\n\n; x\n[dev]\ntype=access_key # yes\naccess_key_id = a#b=\n";
        let section = Section::find(text, "dev").ok().unwrap();
        assert_eq!(
            section.settings,
            [("type", "access_key"), ("access_key_id", "a#b=")]
        );
        let section = Section::find(text, "default").ok().unwrap();
        assert_eq!(section.get("type"), Some("sts ; no comment"));
    }

    #[test]
    fn a_setting_is_read_in_either_form_and_case() {
        let text = "[default]\nType: sts\nACCESS_KEY_ID : a=b\nsecurity_token = c:d\n";
        let section = Section::find(text, "default").ok().unwrap();
        assert_eq!(section.get("type"), Some("sts"));
        assert_eq!(section.get("access_key_id"), Some("a=b"));
        assert_eq!(section.get("security_token"), Some("c:d"));
    }

    #[test]
    fn what_another_section_holds_does_no_harm() {
        let text = "[odd]\nneither this nor that\n[default]\ntype = sts\n[odd]\nnor that\n";
        let section = Section::find(text, "default").ok().unwrap();
        assert_eq!(section.settings, [("type", "sts")]);
    }

    #[test]
    fn a_line_that_is_neither_section_nor_setting_is_named_by_number_and_not_repeated() {
        for (text, line) in [("[default]\nhunter2\n", 2), ("hunter2\n[default]\n", 1)] {
            let Err(Miss::Broken(reason)) = look_up(text, None, "x") else {
                panic!("broken");
            };
            assert_eq!(
                reason,
                format!("line {line} is neither a section nor a setting")
            );
        }
    }
}
