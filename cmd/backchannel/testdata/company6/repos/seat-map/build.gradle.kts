plugins { kotlin("jvm") version "1.9.22"
 id("org.springframework.boot") version "2.7.18" }
