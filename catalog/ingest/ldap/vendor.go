package ldap

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"
)

// vendor is a kind of directory.
type vendor struct {
	name   string
	uuid   string // the attribute that holds an entry's id
	users  Search
	groups Search
}

// openLDAP is what the standard schemas (RFC 2307, 2798, 4519) have.
func openLDAP() *vendor {
	return &vendor{
		name: "OpenLDAP", uuid: "entryUUID",
		users: Search{
			Filter: "(|(objectClass=inetOrgPerson)(objectClass=posixAccount)(objectClass=person))",
			Map:    map[string]string{"rdn": "uid", "name": "uid", "displayName": "displayName,cn", "email": "mail", "memberOf": "memberOf"},
		},
		groups: Search{
			Filter: "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
			Map: map[string]string{"rdn": "cn", "name": "cn", "displayName": "displayName,cn", "email": "mail", "description": "description",
				"type": "groupType", "memberOf": "memberOf", "members": "member,uniqueMember,memberUid"},
		},
	}
}

// activeDirectory leaves out accounts that are disabled.
func activeDirectory() *vendor {
	return &vendor{
		name: "Active Directory", uuid: "objectGUID",
		users: Search{
			Filter: "(&(objectCategory=person)(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))",
			Map:    map[string]string{"rdn": "cn", "name": "sAMAccountName", "displayName": "displayName,cn", "email": "mail", "memberOf": "memberOf"},
		},
		groups: Search{
			Filter: "(objectClass=group)",
			Map: map[string]string{"rdn": "cn", "name": "sAMAccountName,cn", "displayName": "displayName,cn", "email": "mail", "description": "description",
				"memberOf": "memberOf", "members": "member"},
		},
	}
}

// freeIPA differs from openLDAP in its ids only.
func freeIPA() *vendor {
	v := openLDAP()
	v.name, v.uuid = "FreeIPA", "ipaUniqueID"
	return v
}

// vendorOf tells the kind of a directory by its root entry.
func vendorOf(root *ldap.Entry) *vendor {
	has := func(attribute string) bool {
		return root != nil && len(root.GetEqualFoldAttributeValues(attribute)) > 0
	}
	switch {
	case has("forestFunctionality"):
		return activeDirectory()
	case has("ipaDomainLevel"):
		return freeIPA()
	default:
		return openLDAP()
	}
}

func (v *vendor) defaults(kind string) Search {
	if kind == "User" {
		return v.users
	}
	return v.groups
}

// id is an entry's id in text; Active Directory stores it as 16 bytes, the first three groups of them little endian.
func (v *vendor) id(e *ldap.Entry) string {
	raw := e.GetEqualFoldRawAttributeValue(v.uuid)
	if strings.EqualFold(v.uuid, "objectGUID") && len(raw) == 16 {
		b := []byte{raw[3], raw[2], raw[1], raw[0], raw[5], raw[4], raw[7], raw[6]}
		s := hex.EncodeToString(append(b, raw[8:]...))
		return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
	}
	if !utf8.Valid(raw) {
		return hex.EncodeToString(raw)
	}
	return string(raw)
}
