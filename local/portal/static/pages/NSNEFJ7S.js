import{j as a}from"./GCKRMJ7D.js";import"./FBNLGWYG.js";import"./TP5DHTKN.js";import"./KWXVALNG.js";import"./P56M25LA.js";import"./LUD7FBGZ.js";import"./45GWE4C6.js";export{a as default};
